package org.decodebench.diffusion.decode;

import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code block-diffusion}. */
public final class BlockDiffusionProvider implements DecoderProvider {

  @Override
  public String name() {
    return BlockDiffusion.NAME;
  }

  @Override
  public String summary() {
    return "left-to-right blocks, diffusion inside a block, exact cache over finished blocks";
  }

  @Override
  public List<Setting> settings() {
    return SamplerSettings.after(
        "forwards a block",
        new Setting("block", "", "block size; none: as the model was trained"),
        new Setting(
            "cache",
            "block",
            "block: a forward of its own writes a finished block; fused: the next block's first"
                + " forward does; none: no cache"),
        SamplerSettings.EARLY_STOP);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    OptionalInt block = SamplerSettings.optional(settings, "block");
    return new BlockDiffusion(
        settings.spec(),
        SamplerSettings.parse(settings),
        block,
        settings.choice("cache", BlockSequence.Cache.class),
        settings.flag("early-stop"));
  }
}
