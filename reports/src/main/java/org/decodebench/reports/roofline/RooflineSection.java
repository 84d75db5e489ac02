package org.decodebench.reports.roofline;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.result.SummaryRow;

/**
 * The report's section on the machine's limits: a fragment of HTML for one result folder. Style is
 * the page's; nothing here has its own.
 */
public final class RooflineSection {
  private final Measured measured;
  private final List<SummaryRow> rows;
  private final List<Ceiling> machines;
  private final StringBuilder out = new StringBuilder();

  private RooflineSection(Measured measured, List<SummaryRow> rows, List<Ceiling> machines) {
    this.measured = measured;
    this.rows = rows;
    this.machines = machines;
  }

  /**
   * Empty where nothing was measured beside the run, or nothing can be counted.
   *
   * @param machines other ones, for which speeds are predicted
   * @param equal whether the first setting's quality is no worse than the second's
   */
  public static String html(
      Results results,
      List<SummaryRow> rows,
      List<Ceiling> machines,
      BiPredicate<SummaryRow, SummaryRow> equal) {
    Optional<Measured> measured = Measured.read(results.folder());
    boolean counted = rows.stream().anyMatch(r -> r.figure(Efficiency.LIMIT).known());
    return measured.isEmpty() || !counted
        ? ""
        : new RooflineSection(measured.get(), rows, machines).html(equal);
  }

  private String html(BiPredicate<SummaryRow, SummaryRow> equal) {
    limits();
    shares();
    charts(measured.curves(), c -> Ceiling.here(measured.limits(), c.threads(), c.weightBytes()));
    if (measured.device() != null) {
      charts(measured.device().curves(), c -> measured.device().ceiling());
    }
    crossovers(Crossover.of(rows), equal);
    predictions();
    return out.toString();
  }

  private void charts(List<ForwardCurve> curves, Function<ForwardCurve, Ceiling> ceiling) {
    curves.stream()
        .filter(c -> !c.points().isEmpty() && c.measuredOn() == null)
        .forEach(c -> out.append(new CurveChart(c, ceiling.apply(c)).figure()));
  }

  private void limits() {
    Limits limits = measured.limits();
    int threads = limits.limits().peaks().getLast().threads();
    out.append("<p class=\"note\">")
        .append(
            text(
                "Measured beside this run with the kernels' own instructions (%s, %d threads): %.1f"
                    + " GB/s from memory, %.1f GFLOP/s. A forward takes at least the longer of its"
                    + " bytes / bandwidth and its FLOP / peak; weights that fit a cache are held"
                    + " against that cache's bandwidth.",
                limits.limits().kernels(),
                threads,
                limits.bandwidth(threads) * 1e-9,
                limits.peak(threads) * 1e-9))
        .append("</p>\n");
    if (measured.device() != null) {
      DeviceRoof device = measured.device();
      out.append("<p class=\"note\">")
          .append(
              text(
                  "Settings of backend tornado are held against the limits of %s, measured with"
                      + " TornadoVM's kernels: %.1f GB/s copied, %.1f GFLOP/s; a launch takes %.1f"
                      + " µs.",
                  device.name(),
                  device.bytesPerSecond() * 1e-9,
                  device.flopPerSecond() * 1e-9,
                  device.launchMicros()))
          .append("</p>\n");
    }
  }

  private void shares() {
    table(
        List.of(
            "setting",
            "bytes/token",
            "FLOP/token",
            "limit, ms/token",
            "measured, ms/token",
            "engine's efficiency"));
    for (SummaryRow row : rows) {
      if (row.figure(Efficiency.LIMIT).known()) {
        row(
            label(row),
            Show.prefixed(median(row, "bytes_per_token")),
            Show.prefixed(median(row, "flop_per_token")),
            Show.number(median(row, Efficiency.LIMIT)),
            Show.number(median(row, Efficiency.MEASURED)),
            String.format(Locale.ROOT, "%.0f %%", 100 * median(row, Efficiency.SHARE)));
      }
    }
    end();
  }

  private void crossovers(List<Crossover> crossovers, BiPredicate<SummaryRow, SummaryRow> equal) {
    if (crossovers.isEmpty()) {
      return;
    }
    out.append("<h3>Where diffusion overtakes autoregressive decoding</h3>\n<p class=\"note\">")
        .append(
            text(
                "Against the fastest ar setting of the same backend and batch. A diffusion setting is"
                    + " faster while it takes fewer forwards a token than one token of ar is worth:"
                    + " as the times of both are here, and as the roofline predicts them."))
        .append("</p>\n");
    crossovers.stream()
        .map(c -> List.of(String.valueOf(c.row().first().backend()), c.row().first().batch()))
        .distinct()
        .forEach(
            where -> out.append("<p>").append(verdict(where, crossovers, equal)).append("</p>\n"));
    table(
        List.of(
            "setting",
            "positions a forward",
            "forwards/token",
            "overtakes ar below, measured",
            "below, roofline",
            "speed against ar",
            "quality no worse"));
    for (Crossover c : crossovers) {
      row(
          label(c.row()),
          Show.number(c.width()),
          Show.number(c.forwards()),
          Show.number(c.measured()),
          Show.number(c.predicted()),
          Show.ratio(c.speedup()),
          equal.test(c.row(), c.ar()) ? "yes" : "no");
    }
    end();
  }

  private String verdict(
      List<?> where, List<Crossover> all, BiPredicate<SummaryRow, SummaryRow> equal) {
    String conditions = "On backend %s, batch %s: ".formatted(where.get(0), where.get(1));
    List<Crossover> here =
        all.stream()
            .filter(c ->
                where.equals(
                    List.of(String.valueOf(c.row().first().backend()), c.row().first().batch())))
            .toList();
    Comparator<Crossover> speed = Comparator.comparingDouble(Crossover::speedup);
    Optional<Crossover> best = here.stream().filter(c -> equal.test(c.row(), c.ar())).max(speed);
    if (best.isPresent() && best.get().speedup() > 1) {
      Crossover c = best.get();
      return text(
          "%s%s overtakes ar at no worse quality: %s its speed, with forwards of %s positions and"
              + " %s of them a token (break-even: %s measured, %s by the roofline).",
          conditions,
          label(c.row()),
          Show.ratio(c.speedup()),
          Show.number(c.width()),
          Show.number(c.forwards()),
          Show.number(c.measured()),
          Show.number(c.predicted()));
    }
    Crossover c = best.orElseGet(() -> here.stream().max(speed).orElseThrow());
    return text(
        "%sno diffusion setting overtakes ar at no worse quality. %s%s takes %s forwards of %s"
            + " positions a token; it would overtake below %s measured, %s by the roofline.",
        conditions,
        best.isPresent() ? "Nearest: " : "None is as good; the fastest, ",
        label(c.row()) + (best.isPresent() ? "" : ","),
        Show.number(c.forwards()),
        Show.number(c.width()),
        Show.number(c.measured()),
        Show.number(c.predicted()));
  }

  private void predictions() {
    List<Prediction.Load> loads = Prediction.loads(machines);
    out.append("<h3>Prediction: tokens/s under other conditions</h3>\n<p class=\"note\">")
        .append(
            text(
                "Not measured. From the counted work of each decode and the limits, each forward at"
                    + " the share of the limit that forwards of its width reach here; what a decoder"
                    + " does between forwards is left out. How far the same arithmetic is off on"
                    + " this machine stands beside it. Batches count all sequences; 4× as wide means"
                    + " the same number of forwards, each over four times the positions."))
        .append("</p>\n");
    List<String> heads = new java.util.ArrayList<>(List.of("setting", "measured", "error here"));
    loads.forEach(l -> heads.add("predicted, " + l.name()));
    table(heads);
    for (SummaryRow row : rows) {
      Prediction prediction = new Prediction(measured, row.first());
      double here = prediction.tokensPerSecond(loads.getFirst());
      double speed = median(row, "tokens_per_s");
      if (Double.isNaN(here)) {
        continue;
      }
      String[] cells = new String[loads.size() + 3];
      cells[0] = label(row);
      cells[1] = Show.number(speed);
      cells[2] = String.format(Locale.ROOT, "%+.0f %%", 100 * (here / speed - 1));
      for (int i = 0; i < loads.size(); i++) {
        cells[3 + i] = Show.number(prediction.tokensPerSecond(loads.get(i)));
      }
      row(cells);
    }
    end();
  }

  private String label(SummaryRow row) {
    RunRecord r = row.first();
    boolean sideBySide =
        rows.stream().map(o -> o.first().backend()).distinct().limit(2).count() > 1;
    return r.model()
        + " "
        + r.decoder()
        + (r.batch() > 1 ? ", batch " + r.batch() : "")
        + (sideBySide ? ", " + r.backend() : "");
  }

  private static double median(SummaryRow row, String figure) {
    return row.figure(figure).median();
  }

  private void table(List<String> heads) {
    out.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\"")
        .append(" aria-label=\"Table, scrolls sideways\"><table><thead><tr>");
    heads.forEach(h -> out.append("<th scope=\"col\">").append(escape(h)).append("</th>"));
    out.append("</tr></thead><tbody>\n");
  }

  private void row(String... cells) {
    out.append("<tr>");
    for (int i = 0; i < cells.length; i++) {
      out.append(i == 0 ? "<td>" : "<td class=\"num\">")
          .append(i == 0 ? breakable(cells[i]) : escape(cells[i]))
          .append("</td>");
    }
    out.append("</tr>\n");
  }

  private void end() {
    out.append("</tbody></table></div>\n");
  }

  private static String text(String format, Object... values) {
    return escape(String.format(Locale.ROOT, format, values));
  }

  /** The same, with places at which a narrow column may break the name of a setting. */
  private static String breakable(String text) {
    return escape(text).replaceAll("([:,])(?=\\S)", "$1<wbr>");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
