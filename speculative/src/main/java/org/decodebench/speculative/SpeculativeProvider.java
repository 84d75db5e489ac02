package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code speculative}: a draft model. */
public final class SpeculativeProvider implements DecoderProvider {

  @Override
  public String name() {
    return "speculative";
  }

  @Override
  public String summary() {
    return "a draft model proposes k tokens, the target verifies them in one forward; exact";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("draft", "", "the draft model; it must share the target's tokenizer"),
        TreeShape.TREE,
        TreeShape.NODES,
        TreeShape.BEAM,
        new Setting(
            "confidence", "0", "end a draft where the draft model's largest probability is below"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    if (settings.text("draft").isEmpty()) {
      throw new UsageException(
          "decoder speculative needs a draft model, for example speculative:draft=tales-draft,k=4");
    }
    ModelDrafting method =
        new ModelDrafting(
            context.model(settings.text("draft")),
            settings.number("confidence", 0, 1),
            CommonSettings.prefillChunk(settings),
            CausalSettings.parse(settings));
    if (!TreeShape.isAsked(settings)) {
      return CommonSettings.decoder(name(), settings, method);
    }
    TreeShape shape = TreeShape.parse(settings);
    return CommonSettings.decoder(name(), settings, new TreeDrafting(method, shape), shape.depth());
  }
}
