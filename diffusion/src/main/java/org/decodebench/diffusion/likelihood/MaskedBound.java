package org.decodebench.diffusion.likelihood;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.diffusion.likelihood.MaskDraws.Draw;

/** The bound over whole canvases: several noised copies of texts share a forward. */
final class MaskedBound {
  /** About as many positions as a forward needs to be bound by arithmetic. */
  private static final int POSITIONS = 256;

  private final LanguageModel model;
  private final MaskDraws.Form form;
  private final int samples;
  private final long seed;

  MaskedBound(LanguageModel model, MaskDraws.Form form, int samples, long seed) {
    this.model = model;
    this.form = form;
    this.samples = samples;
    this.seed = seed;
  }

  Estimate estimate(List<ScoredText> texts, LongConsumer progress) {
    Estimate estimate = new Estimate();
    int longest = texts.stream().mapToInt(text -> text.tokens().length).max().orElse(0);
    int width = Math.max(1, POSITIONS / Math.max(1, longest));
    try (Session session = model.open(longest, width)) {
      for (int i = 0; i < texts.size(); i++) {
        ScoredText text = texts.get(i);
        int[] positions = IntStream.range(text.given(), text.tokens().length).toArray();
        List<Draw> draws = new MaskDraws(form, new RandomStream(seed, i)).draw(positions, samples);
        double[] values = new double[draws.size()];
        for (int from = 0; from < values.length; from += width) {
          int to = Math.min(from + width, values.length);
          forward(session, text.tokens(), draws.subList(from, to), values, from);
        }
        estimate.addMean(values);
        progress.accept(i + 1L);
      }
    }
    return estimate;
  }

  private void forward(
      Session session, int[] tokens, List<Draw> draws, double[] values, int firstValue) {
    Noised noised = new Noised(model.config());
    Attention attention = new Attention.Bidirectional(tokens.length);
    List<Run> runs = new ArrayList<>();
    for (int s = 0; s < draws.size(); s++) {
      int[] masked = draws.get(s).masked();
      if (masked.length > 0) {
        runs.add(noised.run(s, tokens, masked, 0, tokens.length, attention));
      }
    }
    if (runs.isEmpty()) {
      return;
    }
    Logits logits = session.forward(runs);
    int row = 0;
    for (int s = 0; s < draws.size(); s++) {
      int[] masked = draws.get(s).masked();
      values[firstValue + s] = draws.get(s).weight() * noised.nats(logits, row, tokens, masked);
      row += masked.length;
    }
  }
}
