package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.stats.Stats;

/**
 * A series with its levels.
 *
 * @param series the values
 * @param entries their entries, oldest first
 * @param typical one value an entry: the geometric mean of its forks; of times, at the machine's
 *     usual speed by the ruler
 * @param changes indices into {@code entries} at which a new level begins
 */
public record Trends(
    History.Series series, List<History.Entry> entries, double[] typical, List<Integer> changes) {

  /** How the machine itself went; empty if no entry has a ruler. */
  public static java.util.Optional<Trends> machine(History history, String machineClass) {
    Map<Long, double[]> speeds = new java.util.LinkedHashMap<>();
    speeds(history, machineClass).forEach((e, v) -> speeds.put(e.entry(), new double[] {v}));
    if (speeds.isEmpty()) {
      return java.util.Optional.empty();
    }
    double[] typical = speeds.values().stream().mapToDouble(v -> v[0]).toArray();
    return java.util.Optional.of(
        new Trends(
            new History.Series("", "the machine itself", machineClass, Drift.RULER, speeds),
            List.copyOf(speeds(history, machineClass).keySet()),
            typical,
            ChangePoints.find(typical)));
  }

  private static Map<History.Entry, Double> speeds(History history, String machineClass) {
    Map<History.Entry, Double> speeds = new java.util.LinkedHashMap<>();
    for (History.Entry e : history.entries()) {
      double speed =
          e.machineClass().equals(machineClass)
              ? Drift.speed(history.subjects(e.entry()))
              : Double.NaN;
      if (Double.isFinite(speed)) {
        speeds.put(e, speed);
      }
    }
    return speeds;
  }

  /**
   * Series of a machine class whose setting holds {@code setting} and whose figure is {@code
   * figure}; either may be null for all.
   */
  public static List<Trends> of(
      History history, String machineClass, String setting, String figure) {
    Map<Long, History.Entry> entries = new java.util.HashMap<>();
    history.entries().forEach(e -> entries.put(e.entry(), e));
    Map<Long, Double> speeds = new java.util.HashMap<>();
    speeds(history, machineClass).forEach((e, v) -> speeds.put(e.entry(), v));
    double usual =
        speeds.isEmpty()
            ? Double.NaN
            : Stats.median(speeds.values().stream().mapToDouble(Double::doubleValue).toArray());
    List<Trends> trends = new ArrayList<>();
    for (History.Series s : history.series(machineClass)) {
      boolean wanted =
          (setting == null || s.name().contains(setting))
              && (figure == null
                  ? Gate.DEFAULT_FIGURES.contains(s.metric().name())
                  : s.metric().name().equals(figure));
      if (wanted) {
        Map<Long, double[]> values = new java.util.LinkedHashMap<>();
        s.values()
            .forEach((e, v) ->
                values.put(e, Drift.at(v, s.metric(), speeds.getOrDefault(e, Double.NaN), usual)));
        double[] typical = values.values().stream().mapToDouble(HistoryBaseline::typical).toArray();
        trends.add(
            new Trends(
                new History.Series(s.subject(), s.name(), s.context(), s.metric(), values),
                s.values().keySet().stream().map(entries::get).toList(),
                typical,
                ChangePoints.find(typical)));
      }
    }
    return trends;
  }

  /** Ratio of the level that begins at a change to the one before. */
  public double step(int change) {
    int at = changes.indexOf(change);
    int from = at == 0 ? 0 : changes.get(at - 1);
    int to = at + 1 < changes.size() ? changes.get(at + 1) : typical.length;
    return HistoryBaseline.typical(java.util.Arrays.copyOfRange(typical, change, to))
        / HistoryBaseline.typical(java.util.Arrays.copyOfRange(typical, from, change));
  }

  /** Whether that is for the worse. */
  public boolean worse(int change) {
    return series.metric().higherIsBetter() ? step(change) < 1 : step(change) > 1;
  }
}
