package org.decodebench.reports.compare;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One thing that was measured, with one value a fork for each metric.
 *
 * @param key what must agree for two subjects to be the same thing
 * @param name for people: a decoder's spec, a benchmark's name
 * @param context what else tells it apart: model, workload, shape
 * @param values by metric, one a fork, NaN left out
 * @param standardErrors of quality metrics, where known
 * @param texts number of texts behind the quality metrics
 * @param outputs hashes of the tokens that came out
 * @param greedy whether equal outputs are expected
 * @param failed forks that did not finish
 */
public record Subject(
    String key,
    String name,
    String context,
    Map<Metric, double[]> values,
    Map<String, Double> standardErrors,
    int texts,
    Set<String> outputs,
    boolean greedy,
    int failed) {

  int forks() {
    return values.values().stream().mapToInt(v -> v.length).max().orElse(0);
  }

  /** The values of one metric. */
  double[] of(Metric metric) {
    return values.getOrDefault(metric, new double[0]);
  }

  /** Subjects of one source. */
  public record Group(
      String name, List<Subject> subjects, Set<String> machineClasses, Set<String> commits) {}
}
