package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.stats.Stats;

/** The summary as a table of at most 120 columns. */
final class Table {
  private static final int WIDTH = 120;
  private static final String GAP = "  ";

  private Table() {}

  static List<String> of(List<SummaryRow> rows) {
    List<String[]> cells = new ArrayList<>();
    cells.add(
        new String[] {
          "",
          "tok/s",
          "±",
          "ratio",
          "TTFT ms",
          "TPOT ms",
          "NFE/tok",
          "accept",
          "perplexity",
          "NLL/tok",
          "tok err",
          "valid"
        });
    for (SummaryRow row : rows) {
      cells.add(row(row));
    }
    cells.replaceAll(withoutEmptyColumns(cells));
    int columns = cells.getFirst().length;
    int[] widths = new int[columns];
    for (String[] line : cells) {
      for (int c = 1; c < columns; c++) {
        widths[c] = Math.max(widths[c], line[c].length());
      }
    }
    int numbers = Arrays.stream(widths).sum() + GAP.length() * (columns - 1);
    List<List<String>> labels =
        rows.stream().map(r -> wrap(RowLabels.of(r, rows), WIDTH - numbers)).toList();
    widths[0] = labels.stream().flatMap(List::stream).mapToInt(String::length).max().orElse(0);
    List<String> out = new ArrayList<>();
    out.add(line(cells.getFirst(), widths, ""));
    for (int r = 0; r < rows.size(); r++) {
      List<String> label = labels.get(r);
      out.add(line(cells.get(r + 1), widths, label.getFirst()));
      out.addAll(label.subList(1, label.size()));
    }
    return out;
  }

  /** Keeps the columns that hold a figure: a model of no source has no source's NLL. */
  private static UnaryOperator<String[]> withoutEmptyColumns(List<String[]> cells) {
    int[] kept =
        IntStream.range(0, cells.getFirst().length)
            .filter(c -> c == 0 || cells.stream().skip(1).anyMatch(line -> !line[c].isEmpty()))
            .toArray();
    return line -> Arrays.stream(kept).mapToObj(c -> line[c]).toArray(String[]::new);
  }

  /** Breaks after a space, colon or comma. */
  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    String indent = "";
    while (indent.length() + rest.length() > width) {
      int room = width - indent.length();
      int at = -1;
      for (int i = 0; i < room; i++) {
        if (" :,".indexOf(rest.charAt(i)) >= 0) {
          at = i;
        }
      }
      int cut = at <= 0 ? room : at + 1;
      lines.add(indent + rest.substring(0, cut));
      rest = rest.substring(cut);
      indent = "  ";
    }
    lines.add(indent + rest);
    return lines;
  }

  private static String[] row(SummaryRow row) {
    Estimate speed = row.figure("tokens_per_s");
    double half = 100 * Stats.relativeHalfWidth(speed);
    return new String[] {
      "",
      number(speed.median()),
      Double.isNaN(half) ? "" : String.format(Locale.ROOT, "%.0f%%", half),
      row.baseline() ? "1" : number(row.ratio("tokens_per_s").median()),
      number(row.figure("ttft_ms").median()),
      number(row.figure("tpot_ms").median()),
      number(row.figure("nfe_per_token").median()),
      percent(row.figure("acceptance_rate").median(), 0),
      perplexity(row),
      number(row.figure("source_nll_per_token").median()),
      percent(row.figure("token_error_rate").median(), 1),
      percent(row.figure("valid_share").median(), 0)
    };
  }

  private static String perplexity(SummaryRow row) {
    double value = row.figure("perplexity").median();
    if (Double.isNaN(value)) {
      return "";
    }
    String bound = Show.bound(row.first().perplexityKind()).strip();
    return bound + String.format(Locale.ROOT, "%.3f", value);
  }

  /** Three significant digits, no exponent. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    int digits = value == 0 ? 1 : (int) Math.floor(Math.log10(Math.abs(value))) + 1;
    return String.format(Locale.ROOT, "%." + Math.clamp(3 - digits, 0, 6) + "f", value);
  }

  private static String percent(double share, int digits) {
    return Double.isNaN(share)
        ? ""
        : String.format(Locale.ROOT, "%." + digits + "f%%", 100 * share);
  }

  private static String line(String[] cells, int[] widths, String label) {
    StringBuilder line = new StringBuilder(pad(label, widths[0], false));
    for (int c = 1; c < cells.length; c++) {
      line.append(GAP).append(pad(cells[c], widths[c], true));
    }
    return line.toString().stripTrailing();
  }

  private static String pad(String text, int width, boolean right) {
    String fill = " ".repeat(Math.max(0, width - text.length()));
    return right ? fill + text : text + fill;
  }
}
