package org.decodebench.ar;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code ar-contrastive}. */
public final class ContrastiveProvider implements DecoderProvider {

  @Override
  public String name() {
    return "ar-contrastive";
  }

  @Override
  public String summary() {
    return "contrastive search: probable tokens whose hidden state repeats nothing (2202.06417)";
  }

  @Override
  public List<Setting> settings() {
    return CausalSettings.withoutSampling(
        new Setting("candidates", "4", "most probable tokens that are tried at each step"),
        new Setting("alpha", "0.6", "weight of the penalty against the probability; 0 is greedy"),
        new Setting("prefill-chunk", "512", "most prompt positions in one forward"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    return new ContrastiveDecoder(
        settings.spec(),
        settings.integer("candidates", 1, 256),
        settings.number("alpha", 0, 1),
        settings.integer("prefill-chunk", 1, Integer.MAX_VALUE),
        CausalSettings.parseWithoutSampling(settings));
  }
}
