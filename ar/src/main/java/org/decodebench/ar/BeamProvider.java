package org.decodebench.ar;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code ar-beam}. */
public final class BeamProvider implements DecoderProvider {

  @Override
  public String name() {
    return "ar-beam";
  }

  @Override
  public String summary() {
    return "beam search: the most probable text that a few beginnings at a time lead to";
  }

  @Override
  public List<Setting> settings() {
    return CausalSettings.withoutSampling(
        new Setting("beams", "4", "beginnings kept at each step"),
        new Setting("length-penalty", "1", "log-probability is divided by length to this power"),
        new Setting("groups", "1", "groups of beams that avoid each other's tokens"),
        new Setting("diversity", "0.5", "taken for each earlier group that chose the token"),
        new Setting("prefill-chunk", "512", "most prompt positions in one forward"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    int beams = settings.integer("beams", 1, 1024);
    int groups = settings.integer("groups", 1, beams);
    if (beams % groups != 0) {
      throw settings.bad("groups", "a divisor of beams=" + beams);
    }
    return new BeamDecoder(
        settings.spec(),
        beams,
        settings.number("length-penalty", -10, 10),
        groups,
        settings.number("diversity", 0, 1e6),
        settings.integer("prefill-chunk", 1, Integer.MAX_VALUE),
        CausalSettings.parseWithoutSampling(settings));
  }
}
