package org.decodebench.core.source;

/** Drawing from a table of probabilities. */
final class Categorical {
  private Categorical() {}

  /**
   * The first index whose cumulative probability exceeds {@code u}; never one of probability zero,
   * also where rounding leaves the sum below one. -1 if all are zero.
   */
  static int draw(double[] p, double u) {
    int chosen = -1;
    double left = u;
    for (int v = 0; v < p.length && left >= 0; v++) {
      if (p[v] > 0) {
        chosen = v;
        left -= p[v];
      }
    }
    return chosen;
  }
}
