package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;

/**
 * The last runs on the same class of machine as a baseline. A run is one value here, not one a
 * fork: how much runs of the same code differ from day to day is just what a single noisy
 * predecessor cannot say. Times of a run are those at the speed that the machine has now, as far as
 * the runs' rulers tell it.
 */
public final class HistoryBaseline {
  private HistoryBaseline() {}

  /**
   * @param current what will be compared: says which machine class is wanted
   * @param last at most so many entries
   * @throws UsageException if there is no entry of the machine class
   */
  public static Subject.Group of(History history, Subject.Group current, int last) {
    List<History.Entry> entries =
        history.entries().stream()
            .filter(e -> current.machineClasses().contains(e.machineClass()))
            .toList();
    if (entries.isEmpty()) {
      throw new UsageException(
          "the history has no entry of machine class '%s'; add one with 'decodebench history add'"
              .formatted(String.join("', '", current.machineClasses())));
    }
    List<History.Entry> newest =
        entries.subList(Math.max(0, entries.size() - last), entries.size());
    double speed = Drift.speed(current.subjects());
    Map<String, Subject> latest = new LinkedHashMap<>();
    Map<String, Map<Metric, List<Double>>> values = new LinkedHashMap<>();
    for (History.Entry e : newest) {
      List<Subject> measured = history.subjects(e.entry());
      double then = Drift.speed(measured);
      for (Subject s : measured) {
        latest.put(s.key(), s);
        s.values()
            .forEach((metric, v) -> {
              if (!metric.equals(Drift.RULER)) { // what it says is in the times now
                values
                    .computeIfAbsent(s.key(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(metric, _ -> new ArrayList<>())
                    .add(typical(Drift.at(v, metric, then, speed)));
              }
            });
      }
    }
    List<Subject> subjects =
        latest.values().stream()
            .map(s -> with(s, arrays(values.getOrDefault(s.key(), Map.of()))))
            .toList();
    return new Subject.Group(
        "the last %d runs of the history".formatted(newest.size()),
        subjects,
        current.machineClasses(),
        java.util.Set.of());
  }

  /** The same group with one value a metric. */
  public static Subject.Group asOneRun(Subject.Group group) {
    List<Subject> subjects = new ArrayList<>();
    for (Subject s : group.subjects()) {
      Map<Metric, double[]> one = new LinkedHashMap<>();
      s.values().forEach((metric, v) -> one.put(metric, new double[] {typical(v)}));
      subjects.add(with(s, one));
    }
    return new Subject.Group(group.name(), subjects, group.machineClasses(), group.commits());
  }

  private static Map<Metric, double[]> arrays(Map<Metric, List<Double>> values) {
    Map<Metric, double[]> arrays = new LinkedHashMap<>();
    values.forEach(
        (metric, v) -> arrays.put(metric, v.stream().mapToDouble(Double::doubleValue).toArray()));
    return arrays;
  }

  static double typical(double[] values) {
    double mean = Math.exp(LogRatio.meanLog(values));
    return Double.isFinite(mean) && mean > 0 ? mean : values[0];
  }

  private static Subject with(Subject s, Map<Metric, double[]> values) {
    return new Subject(
        s.key(),
        s.name(),
        s.context(),
        values,
        s.standardErrors(),
        s.texts(),
        s.outputs(),
        s.greedy(),
        s.failed());
  }
}
