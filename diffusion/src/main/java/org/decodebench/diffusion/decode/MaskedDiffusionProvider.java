package org.decodebench.diffusion.decode;

import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code masked-diffusion}. */
public final class MaskedDiffusionProvider implements DecoderProvider {

  @Override
  public String name() {
    return MaskedDiffusion.NAME;
  }

  @Override
  public String summary() {
    return "unmasks a canvas in parallel, one bidirectional forward a step";
  }

  @Override
  public List<Setting> settings() {
    return SamplerSettings.after(
        "forwards over the whole canvas, shared by the blocks",
        new Setting("block", "", "semi-autoregressive blocks of this size after the prompt"),
        SamplerSettings.EARLY_STOP);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    OptionalInt block = SamplerSettings.optional(settings, "block");
    return new MaskedDiffusion(
        settings.spec(), SamplerSettings.parse(settings), block, settings.flag("early-stop"));
  }
}
