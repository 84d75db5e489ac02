package org.decodebench.reports.run;

import java.util.List;

/** Whether the times of warm-up rounds have settled. */
final class Stationarity {
  /** Rounds on either side of the comparison. */
  private static final int WINDOW = 3;

  /** Relative change between the windows that still counts as none. */
  private static final double TOLERANCE = 0.03;

  private Stationarity() {}

  /**
   * The mean of the last three rounds is within 3 % of the three before: the compilers have no more
   * to give, or so little that it cannot be told from noise.
   */
  static boolean reached(List<Double> times) {
    int n = times.size();
    if (n < 2 * WINDOW) {
      return false;
    }
    double before = mean(times.subList(n - 2 * WINDOW, n - WINDOW));
    double now = mean(times.subList(n - WINDOW, n));
    return Math.abs(now / before - 1) <= TOLERANCE;
  }

  private static double mean(List<Double> times) {
    return times.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
