package org.decodebench.reports.compare;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** A metric of a matched subject, before it is judged. */
record Pair(Subject before, Subject after, Metric metric) {
  double[] old() {
    return before.of(metric);
  }

  double[] now() {
    return after.of(metric);
  }

  /** Equal values in some order: the same runs, or a count that did not change. */
  boolean identical() {
    double[] a = old().clone();
    double[] b = now().clone();
    Arrays.sort(a);
    Arrays.sort(b);
    return Arrays.equals(a, b);
  }

  boolean time() {
    return metric.kind() == Metric.Kind.TIME;
  }

  /** The times with the ruler of every fork beside them; empty unless each fork has both. */
  Optional<RulerEffect.Cell> cell() {
    double[] rulerOld = before.of(Drift.RULER);
    double[] rulerNow = after.of(Drift.RULER);
    boolean all =
        time()
            && old().length == before.forks()
            && now().length == after.forks()
            && rulerOld.length == before.forks()
            && rulerNow.length == after.forks();
    boolean logarithms =
        Stream.of(old(), now(), rulerOld, rulerNow)
            .flatMapToDouble(Arrays::stream)
            .allMatch(v -> v > 0);
    return all && logarithms
        ? Optional.of(RulerEffect.Cell.of(old(), now(), rulerOld, rulerNow))
        : Optional.empty();
  }
}
