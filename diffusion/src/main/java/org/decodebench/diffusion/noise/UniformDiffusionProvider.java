package org.decodebench.diffusion.noise;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.sampling.SamplingSettings;

/** Registers {@code uniform-diffusion}. */
public final class UniformDiffusionProvider implements DecoderProvider {

  @Override
  public String name() {
    return UniformDiffusion.NAME;
  }

  @Override
  public String summary() {
    return "starts from random tokens and denoises all of them in every step";
  }

  @Override
  public List<Setting> settings() {
    return SamplingSettings.after(
        new Setting("steps", "32", "forwards over the whole canvas, at most"),
        new Setting(
            "sampler",
            "ancestral",
            "ancestral: exact posteriors (D3PM); renoise: keep what is sure, the rest is random"
                + " again"),
        new Setting("entropy-bound", "0.1", "renoise: what the entropies of kept tokens sum to"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    return new UniformDiffusion(
        settings.spec(),
        settings.choice("sampler", UniformSequence.Rule.class),
        settings.integer("steps", 1, Integer.MAX_VALUE),
        settings.number("entropy-bound", 0, Double.POSITIVE_INFINITY),
        SamplingSettings.parse(settings));
  }
}
