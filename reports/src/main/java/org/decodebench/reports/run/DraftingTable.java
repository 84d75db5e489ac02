package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.decodebench.reports.result.SummaryRow;

/**
 * Where the time of decoders that draft goes, and what theory says of them: a second table of at
 * most 120 columns, where anything was drafted.
 */
final class DraftingTable {
  private static final String[] HEADINGS = {
    "",
    "accept",
    "tau",
    "wasted",
    "target",
    "draft",
    "sample",
    "cache",
    "other",
    "c",
    "v",
    "theory",
    "predict",
    "measured",
    ""
  };

  private static final String[] FIGURES = {
    "mean_accepted_length",
    "wasted_positions_per_token",
    "target_us_per_token",
    "draft_us_per_token",
    "sample_us_per_token",
    "cache_us_per_token",
    "other_us_per_token",
    "draft_cost_ratio",
    "verify_cost_ratio",
    "leviathan_speedup",
    "predicted_speedup",
    "measured_speedup"
  };

  private static final int LABEL = 34;

  private DraftingTable() {}

  /** Nothing where nothing was drafted. */
  static List<String> of(List<SummaryRow> rows) {
    List<SummaryRow> drafting =
        rows.stream().filter(row -> row.figure("acceptance_rate").known()).toList();
    if (drafting.isEmpty()) {
      return List.of();
    }
    List<String> out = new ArrayList<>();
    out.add("");
    out.add(
        "drafting: accepted share, tokens a verification, wasted positions and microseconds a token;"
            + " a drafted token costs c");
    out.add(
        "and a verification v steps of ar; speed-up over ar by theory (v = 1), predicted with v,"
            + " measured");
    out.add(line("", HEADINGS));
    for (SummaryRow row : drafting) {
      String[] cells = new String[HEADINGS.length];
      cells[1] = String.format(Locale.ROOT, "%.0f%%", 100 * row.figure("acceptance_rate").median());
      for (int i = 0; i < FIGURES.length; i++) {
        cells[i + 2] = Table.number(row.figure(FIGURES[i]).median());
      }
      double measured = row.figure("measured_speedup").median();
      cells[cells.length - 1] = Double.isNaN(measured) ? "" : measured > 1 ? "pays" : "loses";
      List<String> label = wrapped(RowLabels.of(row, rows));
      out.add(line(label.getFirst(), cells));
      out.addAll(label.subList(1, label.size()));
    }
    return out;
  }

  private static String line(String label, String[] cells) {
    StringBuilder line = new StringBuilder(String.format("%-" + LABEL + "s", label));
    for (String cell : Arrays.asList(cells).subList(1, cells.length)) {
      line.append(' ').append(String.format("%5s", cell));
    }
    return line.toString().stripTrailing();
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > LABEL) {
      int cut = Math.max(rest.lastIndexOf(',', LABEL - 1), rest.lastIndexOf(':', LABEL - 1)) + 1;
      cut = cut <= 2 ? LABEL : cut;
      lines.add(rest.substring(0, cut));
      rest = "  " + rest.substring(cut);
    }
    lines.add(rest);
    return lines;
  }
}
