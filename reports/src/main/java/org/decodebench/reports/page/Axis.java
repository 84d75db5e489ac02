package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A scale from values to pixels with round ticks.
 *
 * @param min value at {@code from}
 * @param max value at {@code to}
 * @param from pixel
 * @param to pixel
 * @param log whether logarithmic
 */
record Axis(double min, double max, double from, double to, boolean log) {

  /** Values spread over more than this factor are shown on a logarithmic scale. */
  private static final double LOG_FROM = 8;

  /** A scale that holds all values with some room; logarithmic where they spread far. */
  static Axis over(double[] values, double from, double to) {
    double min = Arrays.stream(values).min().orElse(0);
    double max = Arrays.stream(values).max().orElse(1);
    if (min > 0 && max / min > LOG_FROM) {
      double room = Math.pow(max / min, 0.08);
      return new Axis(min / room, max * room, from, to, true);
    }
    double room = max > min ? (max - min) * 0.1 : Math.max(Math.abs(max), 1e-9) * 0.1;
    double low = min - room;
    return new Axis(min >= 0 && low < 0 ? 0 : low, max + room, from, to, false);
  }

  double at(double value) {
    double share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    return from + share * (to - from);
  }

  /** About five round values inside the scale. */
  List<Double> ticks() {
    return log ? logTicks() : linearTicks();
  }

  private List<Double> linearTicks() {
    double rough = (max - min) / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(m -> m * power)
            .filter(s -> s >= rough)
            .findFirst()
            .orElse(power * 10);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(min / step); i * step <= max; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private List<Double> logTicks() {
    List<Double> ticks = new ArrayList<>();
    double[] mantissas = max / min > 200 ? new double[] {1} : new double[] {1, 2, 5};
    for (int e = (int) Math.floor(Math.log10(min)); Math.pow(10, e) <= max; e++) {
      for (double m : mantissas) {
        double tick = m * Math.pow(10, e);
        if (tick >= min && tick <= max) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }
}
