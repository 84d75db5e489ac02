package org.decodebench.core.source;

/** Pearson's test of counts against known probabilities. */
public final class ChiSquare {
  private ChiSquare() {}

  /**
   * Probability of a statistic at least as great, cells of expectation below 5 merged. By the
   * Wilson-Hilferty cube-root normal approximation: good to a few 1e-3 from a handful of cells on.
   */
  public static double tail(double[] p, long[] counts) {
    long n = java.util.Arrays.stream(counts).sum();
    double statistic = 0;
    int cells = 0;
    double restExpected = 0;
    double restSeen = 0;
    for (int i = 0; i < p.length; i++) {
      if (p[i] == 0 && counts[i] > 0) {
        return 0;
      }
      if (p[i] * n < 5) {
        restExpected += p[i] * n;
        restSeen += counts[i];
      } else {
        statistic += square(counts[i] - p[i] * n) / (p[i] * n);
        cells++;
      }
    }
    if (restExpected >= 5) {
      statistic += square(restSeen - restExpected) / restExpected;
      cells++;
    }
    double k = cells - 1;
    double z = (Math.cbrt(statistic / k) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k));
    return normalTail(z);
  }

  private static double square(double x) {
    return x * x;
  }

  /** Upper tail of the normal distribution (Abramowitz and Stegun 26.2.17, 7.5e-8). */
  private static double normalTail(double z) {
    if (z < 0) {
      return 1 - normalTail(-z);
    }
    double t = 1 / (1 + 0.2316419 * z);
    double series =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * series;
  }
}
