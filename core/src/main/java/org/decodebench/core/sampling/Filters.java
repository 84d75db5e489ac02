package org.decodebench.core.sampling;

import java.util.Arrays;

/** What the truncating processors share. */
final class Filters {
  private Filters() {}

  /** Takes out all but the {@code count} largest; the lowest ids stay among equals. */
  static void keepLargest(double[] logits, double[] ascending, int count) {
    if (count >= logits.length) {
      return;
    }
    double threshold = ascending[ascending.length - count];
    int equals = count;
    for (double logit : logits) {
      if (logit > threshold) {
        equals--;
      }
    }
    for (int v = 0; v < logits.length; v++) {
      boolean keep = logits[v] > threshold || (logits[v] == threshold && equals-- > 0);
      if (!keep) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  static double[] ascending(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
