package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;

/**
 * A setting on the page.
 *
 * @param id of its elements on the page
 * @param label the decoder's spec, and whatever else tells it from its neighbours
 * @param row its figures
 * @param results where it comes from
 */
record Entry(String id, String label, SummaryRow row, Results results) {

  /** One result folder with its summary. */
  record Group(String tag, Results results, List<SummaryRow> rows) {}

  /** What may tell two settings of one decoder apart. */
  private static final Map<String, Function<RunRecord, Object>> PARTS =
      new java.util.LinkedHashMap<>();

  static {
    PARTS.put("model", RunRecord::model);
    PARTS.put("prompts", RunRecord::workload);
    PARTS.put("length", RunRecord::maxNewTokens);
    PARTS.put("batch", RunRecord::batch);
    PARTS.put("threads", RunRecord::threads);
    PARTS.put("backend", RunRecord::backend);
    PARTS.put("seed", RunRecord::seed);
  }

  static List<Entry> of(List<Group> groups) {
    List<Entry> entries = new ArrayList<>();
    for (Group group : groups) {
      for (SummaryRow row : group.rows()) {
        String label = label(row, group.rows());
        entries.add(
            new Entry(
                "s" + entries.size(),
                groups.size() > 1 ? group.tag() + ": " + label : label,
                row,
                group.results()));
      }
    }
    return entries;
  }

  private static String label(SummaryRow row, List<SummaryRow> all) {
    List<SummaryRow> namesakes =
        all.stream().filter(r -> r.decoder().equals(row.decoder())).toList();
    String extra =
        PARTS.entrySet().stream()
            .filter(p ->
                namesakes.stream()
                        .map(r -> Objects.toString(p.getValue().apply(r.first())))
                        .distinct()
                        .count()
                    > 1)
            .map(p ->
                p.getKey().equals("model")
                    ? row.model()
                    : p.getKey() + " " + p.getValue().apply(row.first()))
            .collect(Collectors.joining(", "));
    return extra.isEmpty() ? row.decoder() : row.decoder() + " (" + extra + ")";
  }

  Families.Family family() {
    return Families.of(row.first().decoderName());
  }

  Estimate figure(String name) {
    return row.figure(name);
  }

  double median(String name) {
    return row.figure(name).median();
  }

  RunRecord first() {
    return row.first();
  }

  /** The runs behind the row. */
  List<RunRecord> records() {
    return results.finished().stream()
        .filter(r -> r.setting().equals(row.first().setting()))
        .toList();
  }
}
