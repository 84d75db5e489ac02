package org.decodebench.core.sampling;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Locally typical sampling (Meister et al., 2202.00666): tokens in the order of how near their
 * surprisal is to the entropy, until their mass reaches {@code p}; the crossing token stays in.
 */
record TypicalP(double p) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    double[] probability = new double[logits.length];
    if (!Distributions.softmax(logits, probability)) {
      return;
    }
    double entropy = Distributions.entropy(probability);
    int[] order =
        IntStream.range(0, logits.length)
            .filter(v -> probability[v] > 0)
            .boxed()
            .sorted(Comparator.comparingDouble(v -> Math.abs(-Math.log(probability[v]) - entropy)))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean[] keep = new boolean[logits.length];
    double mass = 0;
    for (int i = 0; i < order.length && (i == 0 || mass < p); i++) {
      keep[order[i]] = true;
      mass += probability[order[i]];
    }
    for (int v = 0; v < logits.length; v++) {
      if (!keep[v]) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }
}
