package org.decodebench.reports.roofline;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.decodebench.reports.result.Show;

/** Forward cost against width, measured and ideal, both axes logarithmic. */
final class CurveChart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 320;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 16;
  private static final int BOTTOM = 44;

  private final ForwardCurve curve;
  private final Ceiling ceiling;
  private final double least;
  private final double most;

  CurveChart(ForwardCurve curve, Ceiling ceiling) {
    this.curve = curve;
    this.ceiling = ceiling;
    double low = Double.MAX_VALUE;
    double high = 0;
    for (ForwardCurve.Point p : curve.points()) {
      low = Math.min(low, Math.min(p.ms(), ideal(p)));
      high = Math.max(high, Math.max(p.ms(), ideal(p)));
    }
    least = low / 1.2;
    most = high * 1.2;
  }

  private double ideal(ForwardCurve.Point p) {
    return ForwardCurve.ideal(ceiling, p.bytes(), p.flop());
  }

  private double x(double width) {
    double span = Math.max(1, Math.log(curve.points().getLast().width()));
    return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(width) / span;
  }

  private double y(double ms) {
    return TOP + (HEIGHT - TOP - BOTTOM) * Math.log(most / ms) / Math.log(most / least);
  }

  /** A figure with its caption. */
  String figure() {
    String caption =
        "Cost of a forward of %s (%s, %d threads) over 1 to %d positions: measured, and what %.1f GB/s and %.1f GFLOP/s allow."
            .formatted(
                curve.model(),
                curve.kernels(),
                curve.threads(),
                curve.points().getLast().width(),
                ceiling.bytesPerSecond() * 1e-9,
                ceiling.flopPerSecond() * 1e-9);
    return "<figure><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Chart, may scroll"
        + " sideways\">"
        + svg(caption)
        + "</div><figcaption>"
        + RooflineSection.escape(caption)
        + "</figcaption></figure>\n";
  }

  private String svg(String caption) {
    StringBuilder svg = new StringBuilder();
    svg.append("<svg class=\"chart frontier\" role=\"img\" viewBox=\"0 0 ")
        .append(
            WIDTH + " " + HEIGHT + "\" aria-label=\"" + RooflineSection.escape(caption) + "\">");
    for (ForwardCurve.Point p : curve.points()) {
      line(svg, x(p.width()), TOP, x(p.width()), HEIGHT - BOTTOM);
      label(svg, x(p.width()), HEIGHT - BOTTOM + 18, "middle", Integer.toString(p.width()));
    }
    for (double ms : ticks()) {
      line(svg, LEFT, y(ms), WIDTH - RIGHT, y(ms));
      label(svg, LEFT - 8, y(ms) + 4, "end", Show.tick(ms));
    }
    label(svg, (LEFT + WIDTH) / 2.0, HEIGHT - 6, "middle", "positions in the forward");
    label(svg, LEFT + 6, TOP + 12, "start", "ms");
    path(svg, this::ideal, "stroke-dasharray=\"6 4\"");
    path(svg, ForwardCurve.Point::ms, "stroke-width=\"2\"");
    for (ForwardCurve.Point p : curve.points()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"currentColor\"><title>%d positions: %s ms, ideal %s ms, ratio %.2f</title></circle>",
              x(p.width()),
              y(p.ms()),
              p.width(),
              Show.number(p.ms()),
              Show.number(ideal(p)),
              p.ms() / ideal(p)));
    }
    ForwardCurve.Point last = curve.points().getLast();
    label(svg, x(last.width()) - 8, y(last.ms()) - 8, "end", "measured");
    // Below the line, which rises to the right.
    label(svg, x(last.width()), y(ideal(last)) + 26, "end", "ideal");
    return svg.append("</svg>").toString();
  }

  /** Powers of ten with 2 and 5 between, those inside the range. */
  private List<Double> ticks() {
    List<Double> ticks = new java.util.ArrayList<>();
    for (int exponent = -4; exponent < 6; exponent++) {
      for (int digit : new int[] {1, 2, 5}) {
        double ms = digit * Math.pow(10, exponent);
        if (ms >= least && ms <= most) {
          ticks.add(ms);
        }
      }
    }
    return ticks;
  }

  private void path(StringBuilder svg, ToDoubleFunction<ForwardCurve.Point> value, String stroke) {
    svg.append("<path fill=\"none\" stroke=\"currentColor\" ").append(stroke).append(" d=\"");
    char command = 'M';
    for (ForwardCurve.Point p : curve.points()) {
      svg.append(
          String.format(
              Locale.ROOT, "%s%.1f %.1f", command, x(p.width()), y(value.applyAsDouble(p))));
      command = 'L';
    }
    svg.append("\"/>");
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT, "<path class=\"grid\" d=\"M%.1f %.1fL%.1f %.1f\"/>", x1, y1, x2, y2));
  }

  private static void label(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
            String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"currentColor\">",
                x,
                y,
                anchor))
        .append(RooflineSection.escape(text))
        .append("</text>");
  }
}
