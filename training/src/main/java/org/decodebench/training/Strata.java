package org.decodebench.training;

import org.decodebench.core.sampling.RandomStream;

/** Times t in (0, 1], one in each of n equal strata, in shuffled order. */
final class Strata {
  private final int[] order;
  private final double offset;
  private int next;

  Strata(int n, RandomStream noise) {
    order = LossRows.shuffled(0, n, noise, -2);
    offset = 1 - noise.uniform(-1, 0);
  }

  double next() {
    return (order[next++] + offset) / order.length;
  }
}
