package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.decodebench.reports.result.Apart;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;

/**
 * A setting on the page.
 *
 * @param id of its elements on the page
 * @param label what tells it from its neighbours: the decoder's spec but for {@link #shared}, and
 *     the model, length and the like where they differ
 * @param full the same with the whole spec
 * @param row its figures
 * @param results where it comes from
 */
record Entry(String id, String label, String full, SummaryRow row, Results results) {

  /** One result folder with its summary. */
  record Group(String tag, Results results, List<SummaryRow> rows) {}

  static List<Entry> of(List<Group> groups) {
    List<Entry> entries = new ArrayList<>();
    Set<String> shared = shared(groups);
    for (Group group : groups) {
      String tag = groups.size() > 1 ? group.tag() + ": " : "";
      for (SummaryRow row : group.rows()) {
        String extra = extra(row, group.rows());
        entries.add(
            new Entry(
                "s" + entries.size(),
                tag + without(shared, row.decoder()) + extra,
                tag + row.decoder() + extra,
                row,
                group.results()));
      }
    }
    return entries;
  }

  /** What the decoders of all settings have in common, as {@code key=value}: said once. */
  static Set<String> shared(List<Group> groups) {
    List<String> specs =
        groups.stream().flatMap(g -> g.rows().stream()).map(SummaryRow::decoder).toList();
    boolean nested = specs.stream().anyMatch(s -> s.indexOf(':') != s.lastIndexOf(':'));
    if (specs.size() < 2 || nested) { // the settings of a model inside are not the decoder's
      return Set.of();
    }
    Set<String> shared = new LinkedHashSet<>(settings(specs.getFirst()));
    specs.forEach(s -> shared.retainAll(settings(s)));
    return shared;
  }

  private static List<String> settings(String spec) {
    int colon = spec.indexOf(':');
    return colon < 0 ? List.of() : List.of(spec.substring(colon + 1).split(","));
  }

  private static String without(Set<String> shared, String spec) {
    String own =
        settings(spec).stream().filter(s -> !shared.contains(s)).collect(Collectors.joining(","));
    String name = spec.replaceFirst(":.*", "");
    return own.isEmpty() ? name : name + ":" + own;
  }

  private static String extra(SummaryRow row, List<SummaryRow> all) {
    List<String> parts = new ArrayList<>(Apart.parts(row, all));
    if (Apart.severalModels(row, all)) {
      parts.addFirst(row.model());
    }
    String extra = String.join(", ", parts);
    return extra.isEmpty() ? "" : " (" + extra + ")";
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
