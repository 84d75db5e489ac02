package org.decodebench.reports.page;

import java.util.*;
import org.decodebench.reports.result.*;

/** Until reports.stats has the summary. */
final class Interim {
  static List<SummaryRow> rows(Results results) {
    Map<String, List<RunRecord>> by = new LinkedHashMap<>();
    results.finished().forEach(r -> by.computeIfAbsent(r.setting(), k -> new ArrayList<>()).add(r));
    List<SummaryRow> rows = new ArrayList<>();
    Map<String, Estimate> base = new HashMap<>();
    for (List<RunRecord> records : by.values()) {
      Map<String, Estimate> figures = new LinkedHashMap<>(), ratios = new LinkedHashMap<>();
      for (Figure f : Figure.all()) {
        double[] v =
            records.stream()
                .mapToDouble(r -> r.figure(f.name()))
                .filter(d -> !Double.isNaN(d))
                .sorted()
                .toArray();
        if (v.length > 0) {
          figures.put(
              f.name(),
              new Estimate(
                  Pictures.quantile(v, 0.5),
                  v.length > 1 ? v[0] : Double.NaN,
                  v.length > 1 ? v[v.length - 1] : Double.NaN,
                  v.length));
        }
      }
      if (rows.isEmpty()) base.putAll(figures);
      figures.forEach((k, v) -> {
        if (base.containsKey(k))
          ratios.put(
              k, new Estimate(v.median() / base.get(k).median(), Double.NaN, Double.NaN, v.n()));
      });
      rows.add(
          new SummaryRow(records.getFirst(), records.size(), 0, figures, ratios, rows.isEmpty()));
    }
    return rows;
  }
}
