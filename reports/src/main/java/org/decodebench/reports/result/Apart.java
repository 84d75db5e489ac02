package org.decodebench.reports.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What tells two settings of one decoder apart. */
public final class Apart {
  private static final Map<String, Function<RunRecord, Object>> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("prompts", RunRecord::workload);
    PARTS.put("length", RunRecord::maxNewTokens);
    PARTS.put("batch", RunRecord::batch);
    PARTS.put("threads", RunRecord::threads);
    PARTS.put("backend", RunRecord::backend);
    PARTS.put("seed", RunRecord::seed);
  }

  private Apart() {}

  /** For example {@code batch 4}; empty where the decoder stands there once. */
  public static List<String> parts(SummaryRow row, List<SummaryRow> all) {
    return PARTS.entrySet().stream()
        .filter(p -> differs(p.getValue(), row, all))
        .map(p -> p.getKey() + " " + p.getValue().apply(row.first()))
        .toList();
  }

  /** Whether rows of the same decoder are of several models. */
  public static boolean severalModels(SummaryRow row, List<SummaryRow> all) {
    return differs(RunRecord::model, row, all);
  }

  private static boolean differs(
      Function<RunRecord, Object> part, SummaryRow row, List<SummaryRow> all) {
    return all.stream()
            .filter(r -> r.decoder().equals(row.decoder()))
            .map(r -> String.valueOf(part.apply(r.first())))
            .distinct()
            .count()
        > 1;
  }
}
