package org.decodebench.diffusion.decode;

import java.util.List;
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
        new Setting(
            "cache",
            "none",
            "none (exact); prefix, dual, vicinity, delayed (approximate): evaluate only the block and"
                + " what follows it, the block, the block and its vicinity, or what was masked until"
                + " the last step"),
        new Setting("vicinity", "8", "positions around the block with cache=vicinity"),
        new Setting("refresh", "0", "evaluate the whole canvas every so many steps of a block"),
        new Setting("guidance", "0", "classifier-free guidance by the prompt; doubles the work"),
        SamplerSettings.EARLY_STOP);
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    CanvasCache cache =
        new CanvasCache(
            settings.choice("cache", CanvasCache.Kind.class),
            settings.integer("vicinity", 0, Integer.MAX_VALUE),
            settings.integer("refresh", 0, Integer.MAX_VALUE));
    return new MaskedDiffusion(
        settings.spec(),
        SamplerSettings.parse(settings),
        SamplerSettings.optional(settings, "block"),
        cache,
        new Guidance(settings.number("guidance", 0, Double.POSITIVE_INFINITY)),
        settings.flag("early-stop"));
  }
}
