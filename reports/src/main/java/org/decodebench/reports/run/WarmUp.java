package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * Rounds of the same work before any is measured.
 *
 * @param timesMs of the rounds
 * @param stationary whether the times had settled and the compilers were idle in the end
 */
record WarmUp(List<Double> timesMs, boolean stationary) {

  /**
   * @param rounds at most
   * @param ms no further round begins after so long
   * @param untilStationary whether to end once the times have settled
   */
  record Limits(int rounds, long ms, boolean untilStationary) {}

  int rounds() {
    return timesMs.size();
  }

  /**
   * @param round does the same work every time, so that times compare, and says what it took
   * @param compilersIdle asked after every round
   */
  static WarmUp of(Limits limits, DoubleSupplier round, BooleanSupplier compilersIdle) {
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + limits.ms() * 1_000_000L;
    boolean stationary = false;
    while (times.size() < limits.rounds()
        && !(stationary && limits.untilStationary())
        && System.nanoTime() < end) {
      times.add(round.getAsDouble());
      stationary = Stationarity.reached(times) & compilersIdle.getAsBoolean();
    }
    return new WarmUp(List.copyOf(times), stationary);
  }
}
