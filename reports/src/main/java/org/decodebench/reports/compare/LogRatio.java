package org.decodebench.reports.compare;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Logarithm of {@code after / before} with its standard error. Ratios are compared as logarithms,
 * so that twice as slow and twice as fast lie equally far from no change.
 *
 * @param estimate difference of the mean logarithms
 * @param se its standard error; NaN if it is not known, 0 where nothing scatters
 * @param df degrees of freedom of the standard error; infinite for a known one
 */
record LogRatio(double estimate, double se, double df) {

  /** Variance of the logarithms inside the two groups, pooled, with its degrees of freedom. */
  record Pooled(double variance, double df) {}

  static double meanLog(double[] values) {
    return Arrays.stream(values).map(Math::log).average().orElse(Double.NaN);
  }

  static Pooled pooled(double[] before, double[] after) {
    double df = Math.max(0, before.length - 1) + Math.max(0, after.length - 1);
    return df == 0
        ? new Pooled(Double.NaN, 0)
        : new Pooled((squares(before) + squares(after)) / df, df);
  }

  private static double squares(double[] values) {
    double mean = meanLog(values);
    double sum = Arrays.stream(values).map(v -> Math.pow(Math.log(v) - mean, 2)).sum();
    // What is left of equal values after rounding is no scatter.
    return sum < 1e-24 * values.length ? 0 : sum;
  }

  /** From forks: {@code variance} of one fork's logarithm, known with {@code df}. */
  static LogRatio ofForks(double[] before, double[] after, double variance, double df) {
    double se = Math.sqrt(variance * (1.0 / before.length + 1.0 / after.length));
    return new LogRatio(meanLog(after) - meanLog(before), df > 0 ? se : Double.NaN, df);
  }

  double ratio() {
    return Math.exp(estimate);
  }

  /** Of {@code before / after}. */
  LogRatio reversed() {
    return new LogRatio(-estimate, se, df);
  }

  /** Half the width of the 95 % interval, in logarithms. */
  double reach() {
    if (Double.isNaN(se) || se == 0) {
      return se;
    }
    return se * distribution().inverseSurvivalProbability(0.025);
  }

  /** Probability of an estimate this high or higher if the truth were {@code log}. */
  double above(double log) {
    if (Double.isNaN(se)) {
      return Double.NaN;
    }
    if (se == 0) {
      return estimate > log ? 0 : 1;
    }
    return distribution().survivalProbability((estimate - log) / se);
  }

  private ContinuousDistribution distribution() {
    return Double.isInfinite(df) || df > 1e6 ? NormalDistribution.of(0, 1) : TDistribution.of(df);
  }
}
