package org.decodebench.reports.stats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;

/** One row a setting, from the records of its forks. */
public final class Summary {
  private Summary() {}

  /**
   * @param records of a result folder
   * @param baseline {@code model decoder} that ratios refer to; null for the first setting
   * @return rows in the order in which settings first appear
   */
  public static List<SummaryRow> of(List<RunRecord> records, String baseline) {
    Map<String, List<RunRecord>> settings = new LinkedHashMap<>();
    for (RunRecord r : records) {
      settings.computeIfAbsent(r.setting(), s -> new ArrayList<>()).add(r);
    }
    String base = baselineSetting(settings, baseline);
    List<SummaryRow> rows = new ArrayList<>();
    for (Map.Entry<String, List<RunRecord>> setting : settings.entrySet()) {
      boolean isBase = setting.getKey().equals(base);
      rows.add(row(setting.getValue(), settings.getOrDefault(base, List.of()), isBase));
    }
    return Speculation.compared(rows);
  }

  private static String baselineSetting(Map<String, List<RunRecord>> settings, String baseline) {
    for (Map.Entry<String, List<RunRecord>> setting : settings.entrySet()) {
      RunRecord r = setting.getValue().getFirst();
      if (baseline == null || (r.model() + " " + r.decoder()).equals(baseline)) {
        return setting.getKey();
      }
    }
    return null;
  }

  private static SummaryRow row(List<RunRecord> all, List<RunRecord> baseline, boolean isBase) {
    List<RunRecord> ok = all.stream().filter(RunRecord::ok).toList();
    Map<String, Estimate> figures = new LinkedHashMap<>();
    Map<String, Estimate> ratios = new LinkedHashMap<>();
    for (Figure figure : Figure.all()) {
      Estimate estimate = Stats.medianInterval(values(ok, figure.name()));
      if (!estimate.known()) {
        continue;
      }
      figures.put(figure.name(), estimate);
      if (figure.group() == Figure.Group.SPEED || figure.group() == Figure.Group.WORK) {
        Estimate ratio =
            Stats.ratioInterval(
                values(ok, figure.name()),
                values(baseline.stream().filter(RunRecord::ok).toList(), figure.name()));
        if (ratio.known()) {
          ratios.put(figure.name(), ratio);
        }
      }
    }
    RunRecord first = ok.isEmpty() ? all.getFirst() : ok.getFirst();
    return new SummaryRow(first, ok.size(), all.size() - ok.size(), figures, ratios, isBase);
  }

  /** A figure of each fork. */
  public static double[] values(List<RunRecord> records, String figure) {
    return records.stream().mapToDouble(r -> r.figure(figure)).toArray();
  }
}
