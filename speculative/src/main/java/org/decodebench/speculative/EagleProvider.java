package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code eagle}: a layer that continues the target's hidden states drafts a tree. */
public final class EagleProvider implements DecoderProvider {

  @Override
  public String name() {
    return "eagle";
  }

  @Override
  public String summary() {
    return "speculative with an EAGLE head that continues the target's hidden states (2401.15077)";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("heads", "", "a trained head of this target, for example tales-eagle"),
        TreeShape.TREE,
        TreeShape.NODES,
        TreeShape.BEAM);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    if (settings.text("heads").isEmpty()) {
      throw new UsageException(
          "decoder eagle needs a trained head, for example eagle:heads=tales-eagle,k=4");
    }
    TreeShape shape = TreeShape.parse(settings);
    ModelDrafting chain =
        new ModelDrafting(
            context.model(settings.text("heads")),
            0,
            CommonSettings.prefillChunk(settings),
            CausalSettings.parse(settings));
    return CommonSettings.decoder(
        name(), settings, new EagleDrafting(new TreeDrafting(chain, shape)), shape.depth());
  }
}
