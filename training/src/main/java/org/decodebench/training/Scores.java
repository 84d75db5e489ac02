package org.decodebench.training;

import ai.djl.ndarray.NDArray;

/** Figures read off logits. */
final class Scores {
  private Scores() {}

  /** Share of rows whose largest logit is this token's. */
  static double share(NDArray logits, long[] tokens) {
    long[] best = logits.argMax(1).toLongArray();
    int right = 0;
    for (int i = 0; i < best.length; i++) {
      right += best[i] == tokens[i] ? 1 : 0;
    }
    return (double) right / best.length;
  }
}
