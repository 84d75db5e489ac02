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
                + " forward does; none: no cache; all exact"),
        new Setting(
            "sub-block", "", "within a block, so many positions at a time from left to right"),
        new Setting(
            "sub-cache",
            "false",
            "evaluate a sub-block alone after its first step, over the rest of the block as it was"
                + " then (approximate)"),
        SamplerSettings.EARLY_STOP);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    OptionalInt block = SamplerSettings.optional(settings, "block");
    SamplerSettings sampler = SamplerSettings.parse(settings);
    OptionalInt part = SamplerSettings.optional(settings, "sub-block");
    if (part.isPresent() && !sampler.rule(OptionalInt.of(1)).placedIsFinal()) {
      throw settings.bad("sub-block", "a sampler that leaves placed tokens as they are");
    }
    if (part.isPresent() && settings.given("steps")) {
      throw settings.bad("sub-block", "no steps with it; give a threshold, a factor or a bound");
    }
    boolean alone = settings.flag("sub-cache");
    BlockSequence.Cache cache = settings.choice("cache", BlockSequence.Cache.class);
    if (alone && (part.isEmpty() || cache == BlockSequence.Cache.NONE)) {
      throw settings.bad("sub-cache", "a sub-block and a cache with it");
    }
    return new BlockDiffusion(
        settings.spec(),
        part.isPresent() ? sampler.inSubBlocks(part.getAsInt()) : sampler,
        block,
        cache,
        alone ? part : OptionalInt.empty(),
        settings.flag("early-stop"));
  }
}
