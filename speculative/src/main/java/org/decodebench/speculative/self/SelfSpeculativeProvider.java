package org.decodebench.speculative.self;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.sampling.SamplingSettings;

/** Registers {@code self-speculative}. */
public final class SelfSpeculativeProvider implements DecoderProvider {

  @Override
  public String name() {
    return SelfSpeculative.NAME;
  }

  @Override
  public String summary() {
    return "a block-diffusion model drafts a block in few forwards and verifies it in one; lossless";
  }

  @Override
  public List<Setting> settings() {
    return SamplingSettings.after(
        new Setting("steps", "1", "forwards that draft the rest of a block"),
        new Setting(
            "verify",
            "block",
            "block: the text of block-diffusion:order=left-to-right; one: of"
                + " block-diffusion:block=1, the model's autoregressive mode"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    return new SelfSpeculative(
        settings.spec(),
        settings.integer("steps", 1, Integer.MAX_VALUE),
        settings.choice("verify", SelfSpeculative.Mode.class),
        SamplingSettings.parse(settings));
  }
}
