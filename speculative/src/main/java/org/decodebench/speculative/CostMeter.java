package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.ar.ArProvider;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;

/**
 * Measures what a drafted token and its verification cost on this machine: decodes the same short
 * text plainly and with drafts of a fixed length, in turns, and compares the time of the forwards.
 */
final class CostMeter {
  private static final int TOKENS = 32;
  private static final int MOST_DEPTH = 4;
  private static final int LEAST_TURNS = 3;
  private static final long NANOS = 1_500_000_000L;

  /** Steps of the result in a unit: finer ones would only spell noise. */
  private static final double STEPS = 20;

  private final LanguageModel model;
  private final SpeculativeDecoder drafting;
  private final Decoder plain;

  private CostMeter(SpeculativeDecoder decoder, LanguageModel model) {
    this.model = model;
    drafting = decoder.fixed(Math.min(decoder.k(), MOST_DEPTH));
    plain = ArProvider.decoder(decoder.text());
  }

  static DraftCosts measure(SpeculativeDecoder decoder, LanguageModel model) {
    return new CostMeter(decoder, model).measure();
  }

  private DraftCosts measure() {
    List<double[]> turns = new ArrayList<>();
    long end = System.nanoTime() + NANOS;
    do {
      turns.add(turn());
    } while (turns.size() < LEAST_TURNS || System.nanoTime() < end);
    // The first turns are the compiler's.
    List<double[]> later = turns.subList(turns.size() / 2, turns.size());
    return new DraftCosts(median(later, 0), median(later, 1));
  }

  /** Draft and verify cost of one decode of each kind; NaN where nothing was drafted. */
  private double[] turn() {
    CostCounter steps = new CostCounter();
    double step = nanos(decode(plain, steps), "decode") / rounds(steps);
    CostCounter verifications = new CostCounter();
    DecodeResult drafted = decode(drafting, verifications);
    double rounds = rounds(verifications);
    double length =
        drafting.method().nodes() > 0 ? drafted.acceptedAt().length : drafted.drafted() / rounds;
    double verify = nanos(drafted, "verify") / rounds / step;
    return new double[] {
      nanos(drafted, "draft") / rounds / length / step, Math.max(0, verify - 1) / length
    };
  }

  private DecodeResult decode(Decoder decoder, CostCounter counter) {
    int[] prompt = {model.tokenizer().begin().orElse(0)};
    int room = model.config().contextLength() - prompt.length;
    return decoder.decode(
        DecodeRequest.of(
            new MeteredModel(model, counter), prompt, Math.max(1, Math.min(TOKENS, room)), 1),
        DecodeListener.NONE);
  }

  /** All forwards but the prompt's. */
  private static double rounds(CostCounter counter) {
    return counter.total().forwards() - 1;
  }

  private static double nanos(DecodeResult result, String phase) {
    return result.phases().getOrDefault(phase, 0L);
  }

  private static double median(List<double[]> turns, int which) {
    double[] known =
        turns.stream().mapToDouble(t -> t[which]).filter(Double::isFinite).sorted().toArray();
    return known.length == 0 ? 0 : Math.round(known[known.length / 2] * STEPS) / STEPS;
  }
}
