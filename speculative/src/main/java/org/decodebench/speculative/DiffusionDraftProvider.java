package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code diffusion-draft}: a diffusion model drafts in one forward. */
public final class DiffusionDraftProvider implements DecoderProvider {

  @Override
  public String name() {
    return "diffusion-draft";
  }

  @Override
  public String summary() {
    return "speculative with a diffusion model that drafts k tokens in one forward; exact";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("draft", "", "masked- or block-diffusion model with the target's tokenizer"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    if (settings.text("draft").isEmpty()) {
      throw new UsageException(
          "decoder diffusion-draft needs a draft model, for example"
              + " diffusion-draft:draft=tales-bd8,k=7");
    }
    DiffusionDrafting method =
        new DiffusionDrafting(
            context.model(settings.text("draft")), CausalSettings.parse(settings));
    return CommonSettings.decoder(name(), settings, method);
  }
}
