package org.decodebench.reports.page;

import static org.decodebench.reports.page.SvgCanvas.number;

import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.DoubleStream;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Show;

/**
 * Speed against quality, one mark a setting, with intervals and the frontier. Written by hand
 * rather than by the charting library, because its marks are links of the page: they can be
 * hovered, reached by keyboard and clicked.
 */
final class FrontierChart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 470;
  private static final int LEFT = 70;
  private static final int TOP = 22;
  private static final int BOTTOM = 56;
  private static final int RIGHT = 24;

  private final List<Entry> entries;
  private final Figure figure;
  private final String label;
  private final Entry baseline;
  private final Axis x;
  private final Axis y;
  private final StringBuilder out = new StringBuilder();
  private final Names names =
      new Names(
          new Rectangle2D.Double(LEFT, TOP, WIDTH - 4 - LEFT, (double) HEIGHT - BOTTOM - TOP));

  /**
   * @param label of the quality axis
   * @param baseline whose validity decides which marks are hollow; may be null
   */
  FrontierChart(List<Entry> all, Figure figure, String label, Entry baseline) {
    this.entries =
        all.stream()
            .filter(e ->
                Double.isFinite(e.median(Figure.HEADLINE))
                    && Double.isFinite(e.median(figure.name())))
            .toList();
    this.figure = figure;
    this.label = label;
    this.baseline = baseline;
    this.x = Axis.over(values(Figure.HEADLINE), LEFT, WIDTH - RIGHT);
    this.y =
        Show.isShare(figure)
            ? new Axis(-0.04, 1.04, HEIGHT - BOTTOM, TOP, false)
            : Axis.over(values(figure.name()), HEIGHT - BOTTOM, TOP);
  }

  private double[] values(String name) {
    return entries.stream()
        .flatMapToDouble(e -> {
          Estimate v = e.figure(name);
          return DoubleStream.of(v.median(), v.lo(), v.hi()).filter(Double::isFinite);
        })
        .toArray();
  }

  /** The picture, or an empty string if no setting has both figures. */
  String svg() {
    if (entries.isEmpty()) {
      return "";
    }
    boolean lower = figure.better() == Figure.Better.LOWER;
    out.append(
        "<svg class=\"chart frontier\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"%s\">"
            .formatted(
                WIDTH,
                HEIGHT,
                Markup.escape(
                    "Speed against quality: " + label + ". The table below has the numbers.")));
    axes(lower);
    line();
    for (Entry e : entries) {
      names.mark(x.at(e.median(Figure.HEADLINE)), y.at(e.median(figure.name())));
      takeIntervals(e);
    }
    entries.forEach(this::mark);
    // Where there is room for few names, those of the frontier come first.
    List<Entry> frontier = Quality.frontier(eligible(), figure);
    frontier.forEach(this::name);
    entries.stream().filter(e -> !frontier.contains(e)).forEach(this::name);
    return out.append("</svg>").toString();
  }

  /** Names keep clear of the lines of the intervals. */
  private void takeIntervals(Entry e) {
    Estimate speed = e.figure(Figure.HEADLINE);
    Estimate quality = e.figure(figure.name());
    double px = x.at(speed.median());
    double py = y.at(quality.median());
    if (Show.hasInterval(speed)) {
      names.line(x.at(speed.lo()), py, x.at(speed.hi()), py);
    }
    if (Show.hasInterval(quality)) {
      names.line(px, y.at(quality.lo()), px, y.at(quality.hi()));
    }
  }

  private void axes(boolean lower) {
    for (double tick : x.ticks()) {
      String at = number(x.at(tick));
      out.append("<path class=\"grid\" d=\"M%s %dV%d\"/>".formatted(at, TOP, HEIGHT - BOTTOM));
      text(x.at(tick), HEIGHT - BOTTOM + 18, "middle", "tick", Show.tick(tick));
    }
    for (double tick : y.ticks()) {
      out.append(
          "<path class=\"grid\" d=\"M%d %sH%d\"/>"
              .formatted(LEFT, number(y.at(tick)), WIDTH - RIGHT));
      text(LEFT - 8, y.at(tick) + 4, "end", "tick", tickLabel(tick));
    }
    text(
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 14,
        "middle",
        "axis",
        "end-to-end tokens/s" + (x.log() ? " (logarithmic)" : "") + ", higher is better →");
    out.append(
        "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(16 %d) rotate(-90)\">%s</text>"
            .formatted(
                (TOP + HEIGHT - BOTTOM) / 2,
                Markup.escape(label + (lower ? ", lower is better" : ", higher is better"))));
  }

  private String tickLabel(double tick) {
    return Show.isShare(figure) ? Show.value(figure, tick).replace(".0", "") : Show.tick(tick);
  }

  /** Steps: between two settings of the frontier the slower one is what one can have. */
  private void line() {
    StringBuilder d = new StringBuilder();
    for (Entry e : Quality.frontier(eligible(), figure)) {
      String px = number(x.at(e.median(Figure.HEADLINE)));
      String py = number(y.at(e.median(figure.name())));
      d.append(d.isEmpty() ? "M%s %s".formatted(px, py) : "V%sH%s".formatted(py, px));
    }
    out.append("<path class=\"front\" d=\"").append(d).append("\"/>");
  }

  private List<Entry> eligible() {
    return baseline == null
        ? entries
        : entries.stream().filter(e -> Quality.validEnough(e, baseline)).toList();
  }

  private void mark(Entry e) {
    Estimate speed = e.figure(Figure.HEADLINE);
    Estimate quality = e.figure(figure.name());
    double px = x.at(speed.median());
    double py = y.at(quality.median());
    boolean hollow = baseline != null && !Quality.validEnough(e, baseline);
    out.append(
        "<g class=\"pt %s%s\" data-setting=\"%s\" tabindex=\"0\" role=\"button\" aria-label=\"%s\"><title>%s</title>"
            .formatted(
                e.family().css(),
                hollow ? " hollow" : "",
                e.id(),
                Markup.escape(describe(e)),
                Markup.escape(describe(e))));
    if (Show.hasInterval(speed)) {
      out.append(
          "<path class=\"ci\" d=\"M%s %sH%s\"/>"
              .formatted(number(x.at(speed.lo())), number(py), number(x.at(speed.hi()))));
    }
    if (Show.hasInterval(quality)) {
      out.append(
          "<path class=\"ci\" d=\"M%s %sV%s\"/>"
              .formatted(number(px), number(y.at(quality.lo())), number(y.at(quality.hi()))));
    }
    out.append(
        "<path class=\"mark\" transform=\"translate(%s %s)\" d=\"%s\"/></g>"
            .formatted(number(px), number(py), e.family().mark()));
  }

  private String describe(Entry e) {
    String text =
        "%s: %s tokens/s; %s %s"
            .formatted(
                e.label(),
                Show.withInterval(Figure.of(Figure.HEADLINE), e.figure(Figure.HEADLINE)),
                figure.label(),
                (figure.name().equals("perplexity") ? Show.bound(e.first().perplexityKind()) : "")
                    + Show.withInterval(figure, e.figure(figure.name())));
    double valid = e.median("valid_share");
    return Double.isNaN(valid) || figure.name().equals("valid_share")
        ? text
        : text + "; valid " + Show.value(Figure.of("valid_share"), valid);
  }

  /** A name beside the mark where there is room for it; the others show theirs when hovered. */
  private void name(Entry e) {
    double px = x.at(e.median(Figure.HEADLINE));
    double py = y.at(e.median(figure.name()));
    names
        .place(px, py, e.label())
        .ifPresent(at -> text(at.getX(), at.getY(), "start", "name", e.label()));
  }

  private void text(double px, double py, String anchor, String css, String content) {
    out.append(
        "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
            .formatted(css, number(px), number(py), anchor, Markup.escape(content)));
  }
}
