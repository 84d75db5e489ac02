package org.decodebench.reports.compare;

import java.util.Arrays;
import org.apache.commons.numbers.gamma.Digamma;
import org.apache.commons.numbers.gamma.Trigamma;

/**
 * How much forks scatter, learnt from all settings of a comparison at once. With two or three forks
 * a setting's own variance says almost nothing: two forks that happen to agree would claim
 * certainty, two that happen not to would hide any change. All settings ran on one machine by one
 * harness, so their relative scatter is alike but not the same; the empirical-Bayes variance of
 * Smyth (2004, "limma") weighs a setting's own variance against the common one by how alike the
 * settings are seen to be.
 *
 * @param variance common variance of log values
 * @param df how many degrees of freedom the common variance is worth for one setting; 0 if there is
 *     none, infinite if the settings do not differ in scatter
 */
record SharedScatter(double variance, double df) {

  private static final SharedScatter NONE = new SharedScatter(0, 0);

  /** A setting's variance, shrunk towards the common one, and what it is worth. */
  record Shrunk(double variance, double df) {}

  /**
   * Fits the common variance.
   *
   * @param variances one a setting
   * @param dfs their degrees of freedom
   */
  static SharedScatter fit(double[] variances, double[] dfs) {
    int n = 0;
    double[] e = new double[variances.length];
    double expected = 0;
    for (int i = 0; i < variances.length; i++) {
      // A variance of exactly zero is a counted figure, not a timed one; it has no logarithm.
      if (variances[i] > 0 && dfs[i] > 0) {
        e[n++] = Math.log(variances[i]) - Digamma.value(dfs[i] / 2) + Math.log(dfs[i] / 2);
        expected += Trigamma.value(dfs[i] / 2);
      }
    }
    if (n < 2) {
      return NONE;
    }
    double mean = Arrays.stream(e, 0, n).average().orElseThrow();
    double spread = 0;
    for (int i = 0; i < n; i++) {
      spread += (e[i] - mean) * (e[i] - mean);
    }
    double excess = spread / (n - 1) - expected / n;
    if (excess <= 0) {
      return new SharedScatter(Math.exp(mean), Double.POSITIVE_INFINITY);
    }
    double df = 2 * inverseTrigamma(excess);
    return new SharedScatter(Math.exp(mean + Digamma.value(df / 2) - Math.log(df / 2)), df);
  }

  /**
   * @param all degrees of freedom of all settings together: no setting can know more than that
   */
  Shrunk shrink(double own, double ownDf, double all) {
    if (df == 0) {
      return new Shrunk(own, ownDf);
    }
    if (Double.isInfinite(df)) {
      return new Shrunk(variance, all);
    }
    return new Shrunk((df * variance + ownDf * own) / (df + ownDf), Math.min(df + ownDf, all));
  }

  /** Newton's method on 1/trigamma, which is almost linear (Smyth 2004, appendix). */
  static double inverseTrigamma(double y) {
    if (y > 1e7) {
      return 1 / Math.sqrt(y);
    }
    if (y < 1e-6) {
      return 1 / y;
    }
    double x = 0.5 + 1 / y;
    for (int i = 0; i < 50; i++) {
      double trigamma = Trigamma.value(x);
      // tetragamma by a central difference: accuracy of the step only decides the speed
      double h = 1e-4 * x;
      double slope = (Trigamma.value(x + h) - Trigamma.value(x - h)) / (2 * h);
      double step = trigamma * (1 - trigamma / y) / slope;
      x += step;
      if (-step / x < 1e-10) {
        break;
      }
    }
    return x;
  }
}
