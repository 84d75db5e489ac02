package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Show;

/**
 * How much the machine itself changed between two sets of results, by the ruler that is timed
 * beside every measurement: a fixed work that no change of the code touches.
 *
 * @param log logarithm of the machine's speed now / before
 * @param se its standard error
 */
record Drift(double log, double se) {
  static final Drift NONE = new Drift(0, 0);

  /** Less than this is not worth a correction. */
  private static final double LEAST = Math.log(1.01);

  /** Standard errors that a change must be away from none: one in a hundred by chance. */
  private static final double SURE = 2.6;

  /** The metric of the ruler. */
  static final Metric RULER = Metric.of(Figure.of(Figure.RULER)).orElseThrow();

  /** Of the settings that both have, each against itself; {@link #NONE} if nothing is sure. */
  static Drift of(Map<String, Subject> before, Map<String, Subject> after) {
    double sum = 0;
    double squares = 0;
    double freedom = 0;
    double weights = 0;
    int n = 0;
    for (Subject old : before.values()) {
      Subject now = after.get(old.key());
      double[] a = old.of(RULER);
      double[] b = now == null ? new double[0] : now.of(RULER);
      if (a.length == 0 || b.length == 0) {
        continue;
      }
      n++;
      sum += LogRatio.meanLog(b) - LogRatio.meanLog(a);
      LogRatio.Pooled own = LogRatio.pooled(a, b);
      squares += own.df() == 0 ? 0 : own.variance() * own.df();
      freedom += own.df();
      weights += 1.0 / a.length + 1.0 / b.length;
    }
    if (n == 0 || freedom == 0) {
      return NONE;
    }
    double log = sum / n;
    double se = Math.sqrt(squares / freedom * weights) / n;
    boolean sure = Math.abs(log) > LEAST && Math.abs(log) > SURE * se;
    return sure ? new Drift(log, se) : NONE;
  }

  /** A ratio of times as it would be on the machine of before. */
  LogRatio correct(LogRatio ratio, Metric metric) {
    if (this == NONE || metric.kind() != Metric.Kind.TIME) {
      return ratio;
    }
    double machine = metric.higherIsBetter() ? log : -log;
    return new LogRatio(ratio.estimate() - machine, Math.hypot(ratio.se(), se), ratio.df());
  }

  /** For the reader, if there is anything to say. */
  Optional<String> note() {
    if (this == NONE) {
      return Optional.empty();
    }
    return Optional.of(
        "the machine became %s, not the code: the ruler runs at %s of its speed before (95 %% interval %s to %s); ratios of times are corrected by that"
            .formatted(
                log < 0 ? "slower" : "faster",
                Show.ratio(Math.exp(log)),
                Show.number(Math.exp(log - 1.96 * se)),
                Show.number(Math.exp(log + 1.96 * se))));
  }

  /** Speed of the machine by a set of subjects: geometric mean over settings; NaN if not known. */
  static double speed(List<Subject> subjects) {
    List<Double> logs = new ArrayList<>();
    for (Subject s : subjects) {
      if (s.of(RULER).length > 0) {
        logs.add(LogRatio.meanLog(s.of(RULER)));
      }
    }
    return Math.exp(logs.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN));
  }

  /**
   * Times as they would be on a machine of another speed.
   *
   * @param from speed that they were measured at
   * @param to speed that is wanted; nothing is changed if one of the two is not known
   */
  static double[] at(double[] values, Metric metric, double from, double to) {
    double factor = metric.higherIsBetter() ? to / from : from / to;
    boolean corrects = metric.kind() == Metric.Kind.TIME && Double.isFinite(factor);
    double[] out = values.clone();
    for (int i = 0; corrects && i < out.length; i++) {
      out[i] *= factor;
    }
    return out;
  }
}
