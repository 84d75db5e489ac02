package org.decodebench.reports.run;

import java.util.List;

/**
 * Whether the times of warm-up rounds have settled. What a warm-up waits for makes rounds faster,
 * and what disturbs them makes rounds slower: so only the fastest rounds tell. A test on means asks
 * a machine with neighbours for a quiet that it never has.
 */
final class Stationarity {
  /** What the last rounds must add up to: the compilers need some time to come up with better. */
  private static final double WINDOW_MS = 400;

  /** Fewest rounds in the window, so that one disturbed round does not end a warm-up. */
  private static final int FEWEST = 2;

  /** Gain that still counts as none. */
  private static final double TOLERANCE = 0.03;

  private Stationarity() {}

  /**
   * No round of the last 0.4 seconds (two at least) is faster by more than 3 % than the fastest of
   * those before: the compilers have no more to give, or so little that it cannot be told from
   * noise.
   *
   * @param times of all rounds so far, milliseconds
   */
  static boolean reached(List<Double> times) {
    int from = times.size();
    double window = 0;
    while (from > 0 && (window < WINDOW_MS || times.size() - from < FEWEST)) {
      window += times.get(--from);
    }
    return from > 0
        && fastest(times.subList(from, times.size()))
            >= (1 - TOLERANCE) * fastest(times.subList(0, from));
  }

  private static double fastest(List<Double> times) {
    return times.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }
}
