package org.decodebench.diffusion.likelihood;

/**
 * A sum of independent Monte Carlo means with the variance of the sum.
 *
 * <p>The samples of a mean come in antithetic pairs, one a stratum, so the pair means are what is
 * independent. One pair a stratum leaves no variance within it to see; the squared differences of
 * neighbouring strata stand in for it. That counts the trend from one stratum to the next as noise:
 * the error is reported a little too large, never too small.
 */
final class Estimate {
  private double sum;
  private double variance;

  /** Adds a term that is known exactly. */
  void add(double value) {
    sum += value;
  }

  /**
   * Adds the mean of some samples.
   *
   * @param samples in pairs, at least two pairs; or a single exact value
   */
  void addMean(double[] samples) {
    if (samples.length == 1) {
      add(samples[0]);
      return;
    }
    int pairs = samples.length / 2;
    double total = 0;
    double squares = 0;
    double before = 0;
    for (int k = 0; k < pairs; k++) {
      double pair = (samples[2 * k] + samples[2 * k + 1]) / 2;
      total += pair;
      squares += k == 0 ? 0 : (pair - before) * (pair - before);
      before = pair;
    }
    sum += total / pairs;
    variance += squares / (2.0 * pairs * (pairs - 1));
  }

  double sum() {
    return sum;
  }

  double standardError() {
    return Math.sqrt(variance);
  }
}
