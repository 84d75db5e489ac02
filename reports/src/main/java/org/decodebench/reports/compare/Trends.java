package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A series with its levels.
 *
 * @param series the values
 * @param entries their entries, oldest first
 * @param typical one value an entry: the geometric mean of its forks
 * @param changes indices into {@code entries} at which a new level begins
 */
public record Trends(
    History.Series series, List<History.Entry> entries, double[] typical, List<Integer> changes) {

  /**
   * Series of a machine class whose setting holds {@code setting} and whose figure is {@code
   * figure}; either may be null for all.
   */
  public static List<Trends> of(
      History history, String machineClass, String setting, String figure) {
    Map<Long, History.Entry> entries = new java.util.HashMap<>();
    history.entries().forEach(e -> entries.put(e.entry(), e));
    List<Trends> trends = new ArrayList<>();
    for (History.Series s : history.series(machineClass)) {
      boolean wanted =
          (setting == null || s.name().contains(setting))
              && (figure == null
                  ? Gate.DEFAULT_FIGURES.contains(s.metric().name())
                  : s.metric().name().equals(figure));
      if (wanted) {
        double[] typical =
            s.values().values().stream().mapToDouble(HistoryBaseline::typical).toArray();
        trends.add(
            new Trends(
                s,
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
