package org.decodebench.ar;

import java.util.List;
import java.util.stream.Stream;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code ar-best-of}. */
public final class BestOfProvider implements DecoderProvider {

  @Override
  public String name() {
    return "ar-best-of";
  }

  @Override
  public String summary() {
    return "samples n texts together and keeps the one that the model itself finds most probable";
  }

  @Override
  public List<Setting> settings() {
    List<Setting> sampling =
        CausalSettings.after(
            new Setting("n", "4", "texts to sample for each prompt"),
            new Setting(
                "by", "mean", "log-probability to compare: mean a token, or sum over the text"),
            new Setting("prefill-chunk", "512", "most prompt positions in one forward"));
    // Without chance all texts would be the same.
    return sampling.stream()
        .flatMap(s ->
            s.name().equals("temperature")
                ? Stream.of(new Setting("temperature", "1", "divides the logits"))
                : Stream.of(s))
        .toList();
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    return new BestOfDecoder(
        settings.spec(),
        settings.integer("n", 1, 1024),
        settings.choice("by", BestOfDecoder.Measure.class),
        new ArDecoder(
            "ar",
            0,
            settings.integer("prefill-chunk", 1, Integer.MAX_VALUE),
            true,
            CausalSettings.parse(settings)));
  }
}
