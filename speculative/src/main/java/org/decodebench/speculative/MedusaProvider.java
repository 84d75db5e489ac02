package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code medusa}: heads on the target's hidden state draft in one small forward. */
public final class MedusaProvider implements DecoderProvider {

  @Override
  public String name() {
    return "medusa";
  }

  @Override
  public String summary() {
    return "speculative with Medusa heads on the target's hidden state as draft (2401.10774);"
        + " exact";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("heads", "", "trained heads of this target, for example tales-medusa"),
        TreeShape.TREE);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    if (settings.text("heads").isEmpty()) {
      throw new UsageException(
          "decoder medusa needs trained heads, for example medusa:heads=tales-medusa,k=3");
    }
    int[] branches = TreeShape.parseFixed(settings);
    return CommonSettings.decoder(
        name(),
        settings,
        new MedusaDrafting(
            context.model(settings.text("heads")), branches, CausalSettings.parse(settings)),
        branches.length);
  }
}
