package org.decodebench.reports.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;

/** Names of settings in a terminal: model, decoder, and what else tells one from another. */
final class RowLabels {
  private static final Map<String, Function<RunRecord, Object>> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("prompts", RunRecord::workload);
    PARTS.put("length", RunRecord::maxNewTokens);
    PARTS.put("batch", RunRecord::batch);
    PARTS.put("threads", RunRecord::threads);
    PARTS.put("backend", RunRecord::backend);
    PARTS.put("seed", RunRecord::seed);
  }

  private RowLabels() {}

  static String of(SummaryRow row, List<SummaryRow> among) {
    StringBuilder label = new StringBuilder(row.model()).append(' ').append(row.decoder());
    PARTS.forEach((name, part) -> {
      if (among.stream().map(r -> String.valueOf(part.apply(r.first()))).distinct().count() > 1) {
        label.append(", ").append(name).append(' ').append(part.apply(row.first()));
      }
    });
    return label.toString();
  }
}
