package org.decodebench.reports.page;

import static org.decodebench.reports.page.SvgCanvas.number;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.stats.Speculation;
import org.decodebench.reports.stats.Stats;

/**
 * Speed-up over {@code ar} against acceptance: what was measured (filled) and what theory predicts
 * from the measured costs (hollow, joined to it); where {@code oracle-draft} was measured at
 * several acceptances, theory's curves for its drafts, with the measured verification and with one
 * as cheap as a step.
 */
final class SpeculationChart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 470;
  private static final int LEFT = 70;
  private static final int TOP = 22;
  private static final int BOTTOM = 56;
  private static final int RIGHT = 24;
  private static final int CURVE_POINTS = 50;

  /** Acceptances that a curve needs. */
  private static final int LEAST_MARKS = 3;

  private final List<Entry> entries;
  private final Axis x = new Axis(0, 1.02, LEFT, WIDTH - RIGHT, false);
  private final Axis y;
  private final StringBuilder out = new StringBuilder();
  private final Function<Families.Family, String> ink;
  private final Names names =
      new Names(
          new Rectangle2D.Double(LEFT, TOP, WIDTH - 4 - LEFT, (double) HEIGHT - BOTTOM - TOP));

  private SpeculationChart(List<Entry> all, Function<Families.Family, String> ink) {
    this.ink = ink;
    entries = all.stream().filter(SpeculationChart::isKnown).toList();
    double highest =
        entries.stream()
            .mapToDouble(e ->
                Math.max(
                    e.median("leviathan_speedup"),
                    Math.max(e.median("measured_speedup"), e.median("predicted_speedup"))))
            .max()
            .orElse(1);
    y = new Axis(0, Math.max(1.2, highest * 1.08), HEIGHT - BOTTOM, TOP, false);
  }

  /** Part of a page, whose colours it takes; empty if nothing was drafted. */
  static String inline(List<Entry> entries) {
    return new SpeculationChart(entries, f -> "var(--" + f.css() + ")").svg();
  }

  /** A file of its own; empty if nothing was drafted. */
  static String file(List<Entry> entries) {
    return new SpeculationChart(entries, f -> "#%06x".formatted(f.color().getRGB() & 0xFFFFFF))
        .svg()
        .replaceFirst("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"");
  }

  /** Whether a setting drafts, and plain decoding was measured beside it. */
  static boolean isKnown(Entry e) {
    return e.figure("measured_speedup").known()
        && e.figure("predicted_speedup").known()
        && e.figure("judged_acceptance").known();
  }

  private String svg() {
    if (entries.isEmpty()) {
      return "";
    }
    out.append(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"12\" aria-label=\"Speed-up over ar against acceptance. The table has the numbers.\">"
            .formatted(WIDTH, HEIGHT));
    axes();
    groups().forEach(this::curves);
    for (Entry e : entries) {
      for (String figure : List.of("measured_speedup", "predicted_speedup")) {
        names.mark(x.at(e.median("judged_acceptance")), y.at(e.median(figure)));
      }
      names.line(
          x.at(e.median("judged_acceptance")),
          y.at(e.median("measured_speedup")),
          x.at(e.median("judged_acceptance")),
          y.at(e.median("predicted_speedup")));
    }
    entries.forEach(this::mark);
    entries.forEach(this::name);
    return out.append("</svg>").toString();
  }

  private void axes() {
    for (double tick : x.ticks()) {
      line(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM, 0.16);
      text(x.at(tick), HEIGHT - BOTTOM + 18, "middle", Show.tick(tick));
    }
    for (double tick : y.ticks()) {
      line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), 0.16);
      text(LEFT - 8, y.at(tick) + 4, "end", Show.tick(tick));
    }
    line(LEFT, y.at(1), WIDTH - RIGHT, y.at(1), 0.7);
    text(
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 14,
        "middle",
        "acceptance of a judged token; filled: measured, hollow: predicted, dashed: a verification"
            + " as cheap as a step");
    out.append(
        "<text text-anchor=\"middle\" fill=\"currentColor\" transform=\"translate(16 %d) rotate(-90)\">speed-up over ar in decode tokens/s</text>"
            .formatted((TOP + HEIGHT - BOTTOM) / 2));
  }

  /** Drafts of chosen acceptance, by their length. */
  private List<List<Entry>> groups() {
    Map<Integer, List<Entry>> groups = new LinkedHashMap<>();
    for (Entry e : entries) {
      if (e.first().decoderName().equals("oracle-draft")) {
        int length = e.first().acceptanceByPosition().size();
        groups.computeIfAbsent(length, _ -> new ArrayList<>()).add(e);
      }
    }
    return groups.values().stream()
        .filter(g ->
            g.stream().mapToDouble(e -> e.median("judged_acceptance")).distinct().count()
                >= LEAST_MARKS)
        .toList();
  }

  private void curves(List<Entry> group) {
    int length = group.getFirst().first().acceptanceByPosition().size();
    double c = median(group, "draft_cost_ratio");
    double v = median(group, "verify_cost_ratio");
    String color = color(group.getFirst());
    curve(length, c, v, color, "");
    curve(length, c, 1, color, " stroke-dasharray=\"5 4\" stroke-opacity=\"0.6\"");
  }

  private static double median(List<Entry> group, String figure) {
    return Stats.median(group.stream().mapToDouble(e -> e.median(figure)).toArray());
  }

  private void curve(int length, double c, double v, String color, String more) {
    StringBuilder d = new StringBuilder();
    for (int i = 0; i <= CURVE_POINTS; i++) {
      double alpha = (double) i / CURVE_POINTS;
      double speedup = Speculation.expectedTokens(alpha, length) / (c * length + v);
      if (speedup <= y.max()) {
        d.append(d.isEmpty() ? 'M' : 'L').append(number(x.at(alpha)));
        d.append(' ').append(number(y.at(speedup)));
      }
    }
    out.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"%s/>"
            .formatted(d, color, more));
  }

  private void mark(Entry e) {
    double px = x.at(e.median("judged_acceptance"));
    double measured = y.at(e.median("measured_speedup"));
    double predicted = y.at(e.median("predicted_speedup"));
    String color = color(e);
    out.append(
        "<g><title>%s: acceptance %s, speed-up %s, predicted %s</title>"
            .formatted(
                Markup.escape(e.label()),
                Show.number(e.median("judged_acceptance")),
                Show.ratio(e.median("measured_speedup")),
                Show.ratio(e.median("predicted_speedup"))));
    out.append(
        "<path d=\"M%s %sV%s\" stroke=\"%s\" stroke-opacity=\"0.6\"/>"
            .formatted(number(px), number(measured), number(predicted), color));
    out.append(
        "<circle cx=\"%s\" cy=\"%s\" r=\"4.5\" fill=\"none\" stroke=\"%s\"/>"
            .formatted(number(px), number(predicted), color));
    out.append(
        "<path transform=\"translate(%s %s)\" d=\"%s\" fill=\"%s\"/></g>"
            .formatted(number(px), number(measured), e.family().mark(), color));
  }

  /** A name beside the mark where there is room for it. */
  private void name(Entry e) {
    double px = x.at(e.median("judged_acceptance"));
    double py = y.at(e.median("measured_speedup"));
    names.place(px, py, e.label()).ifPresent(at -> text(at.getX(), at.getY(), "start", e.label()));
  }

  private String color(Entry e) {
    return ink.apply(e.family());
  }

  private void line(double x1, double y1, double x2, double y2, double opacity) {
    out.append(
        "<path d=\"M%s %sL%s %s\" stroke=\"currentColor\" stroke-opacity=\"%s\"/>"
            .formatted(number(x1), number(y1), number(x2), number(y2), number(opacity)));
  }

  private void text(double px, double py, String anchor, String content) {
    out.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"currentColor\">%s</text>"
            .formatted(number(px), number(py), anchor, Markup.escape(content)));
  }
}
