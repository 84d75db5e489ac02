package org.decodebench.reports.result;

/**
 * A figure over forks.
 *
 * @param median over the forks
 * @param lo lower end of the bootstrap 95 % interval; NaN with fewer than two forks
 * @param hi its upper end
 * @param n forks that have the figure
 */
public record Estimate(double median, double lo, double hi, int n) {

  public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN, 0);

  public boolean known() {
    return !Double.isNaN(median);
  }
}
