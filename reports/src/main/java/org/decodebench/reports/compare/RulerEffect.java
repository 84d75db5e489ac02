package org.decodebench.reports.compare;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How far the times of single forks follow the machine's speed beside each of them, as its ruler
 * saw it: an analysis of covariance with the ruler as the covariate. On a machine that neighbours
 * share, most of the scatter between forks is the machine's, and the ruler of each fork saw it;
 * what it explains is taken out, so that the gate judges what is left.
 *
 * <p>The slope is learnt from the deviations of forks from their own setting's mean, over all
 * settings together, so that neither a change of the code nor a change of the machine between the
 * sides ({@link Drift}) has a part in it. A ruler has noise of its own; where noise is all that it
 * has, nothing follows it, the slope is not sure and nothing is altered.
 *
 * @param slope logarithm of a fork's speed that goes with one of the ruler's, 0 to 1; 0 for no
 *     effect
 * @param se its standard error
 * @param rulers sum of squares of the rulers' deviations that it was learnt from
 * @param explained share of the variance between forks that is gone with it
 */
record RulerEffect(double slope, double se, double rulers, double explained) {
  static final RulerEffect NONE = new RulerEffect(0, 0, 0, 0);

  /** With fewer degrees of freedom a slope costs more than it gives. */
  private static final double LEAST_FREEDOM = 4;

  /** Chance that a ruler which explains nothing is believed. */
  private static final double DOUBT = 0.01;

  /**
   * Two sides of a setting: squares and products of the deviations of forks from their side's mean.
   *
   * @param times of logarithms of speed, squared
   * @param products of speed and ruler
   * @param rulers of logarithms of the ruler, squared
   * @param df degrees of freedom
   * @param change of the mean logarithm of the ruler, after less before
   */
  record Cell(double times, double products, double rulers, double df, double change) {

    /** Of values and rulers of the same forks, in the same order. */
    static Cell of(double[] before, double[] after, double[] rulerBefore, double[] rulerAfter) {
      double[] a = deviations(before);
      double[] b = deviations(after);
      double[] ra = deviations(rulerBefore);
      double[] rb = deviations(rulerAfter);
      return new Cell(
          dot(a, a) + dot(b, b),
          dot(a, ra) + dot(b, rb),
          dot(ra, ra) + dot(rb, rb),
          a.length + b.length - 2,
          LogRatio.meanLog(rulerAfter) - LogRatio.meanLog(rulerBefore));
    }

    private static double[] deviations(double[] values) {
      double mean = LogRatio.meanLog(values);
      return Arrays.stream(values).map(v -> Math.log(v) - mean).toArray();
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }

  /**
   * @param cells of one metric
   * @param higherIsBetter whether its values are speeds, else times
   */
  static RulerEffect of(List<Cell> cells, boolean higherIsBetter) {
    double times = cells.stream().mapToDouble(Cell::times).sum();
    double rulers = cells.stream().mapToDouble(Cell::rulers).sum();
    double products = cells.stream().mapToDouble(Cell::products).sum() * (higherIsBetter ? 1 : -1);
    double df = cells.stream().mapToDouble(Cell::df).sum() - 1;
    if (df < LEAST_FREEDOM || !(rulers > 0) || !(times > 0)) {
      return NONE;
    }
    double slope = products / rulers;
    double left = Math.max(0, times - slope * products) / df;
    double se = Math.sqrt(left / rulers);
    boolean sure = slope > 0 && TDistribution.of(df).survivalProbability(slope / se) < DOUBT;
    if (!sure) {
      return NONE;
    }
    double kept = Math.min(1, slope); // a machine twice as fast does at most twice as much
    double gone = 1 - left / (times / (df + 1));
    return new RulerEffect(kept, se, rulers, Math.max(0, gone));
  }

  /** Scatter of a setting's forks without what their rulers explain. */
  LogRatio.Pooled pooled(Cell cell, boolean higherIsBetter) {
    double products = higherIsBetter ? cell.products() : -cell.products();
    double squares = cell.times() - 2 * slope * products + slope * slope * cell.rulers();
    // The slope took one degree of freedom, from each setting as much as it had a say in it.
    double df = cell.df() - cell.rulers() / rulers;
    return df < 0.1
        ? new LogRatio.Pooled(Double.NaN, 0)
        : new LogRatio.Pooled(Math.max(0, squares) / df, df);
  }

  /**
   * A ratio of values at the same speed of the machine.
   *
   * @param drift what the sides as wholes differ by, which is corrected elsewhere in full
   */
  LogRatio correct(LogRatio ratio, Cell cell, boolean higherIsBetter, Drift drift) {
    double beyond = cell.change() - drift.log();
    double machine = slope * (higherIsBetter ? beyond : -beyond);
    return new LogRatio(
        ratio.estimate() - machine, Math.hypot(ratio.se(), se * beyond), ratio.df());
  }
}
