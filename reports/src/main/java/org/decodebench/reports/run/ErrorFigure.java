package org.decodebench.reports.run;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Error against speed, each sampler's in its parts: a column at its speed with a mark for the
 * sampler's, the network's, the cache's and the whole error. A self-contained SVG.
 */
final class ErrorFigure {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 740;
  private static final int TOP = 50;
  private static final int BOTTOM = 350;

  private ErrorFigure() {}

  /** A sampler: its speed and the parts of its error, 0 to 1. */
  record Point(
      String decoder,
      double tokensPerS,
      OptionalDouble sampler,
      OptionalDouble network,
      OptionalDouble cache,
      OptionalDouble total) {}

  private enum Part {
    SAMPLER("sampler", "#1f77b4"),
    NETWORK("network", "#d62728"),
    CACHE("cache", "#2ca02c"),
    TOTAL("total", "#222222");

    private final String label;
    private final String color;

    Part(String label, String color) {
      this.label = label;
      this.color = color;
    }

    OptionalDouble of(Point p) {
      return switch (this) {
        case SAMPLER -> p.sampler();
        case NETWORK -> p.network();
        case CACHE -> p.cache();
        case TOTAL -> p.total();
      };
    }
  }

  static String svg(String title, String error, List<Point> points) {
    DoubleStream speeds = points.stream().mapToDouble(Point::tokensPerS);
    var range = speeds.summaryStatistics();
    double low = Math.log10(range.getMin()) - 0.1;
    double high = Math.log10(range.getMax()) + 0.1;
    StringBuilder svg = new StringBuilder();
    svg.append(
        ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\" role=\"img\"><title>%s</title>"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n")
            .formatted(WIDTH, HEIGHT, escaped(title)));
    text(svg, LEFT, 24, "start", title);
    for (int tick = 0; tick <= 5; tick++) {
      double y = y(tick / 5.0);
      line(svg, LEFT, y, RIGHT, y, "#dddddd");
      text(svg, LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.1f", tick / 5.0));
    }
    for (int tick = (int) Math.ceil(low * 4); tick <= high * 4; tick++) {
      double x = LEFT + (tick / 4.0 - low) / (high - low) * (RIGHT - LEFT);
      line(svg, x, BOTTOM, x, BOTTOM + 4, "#888888");
      text(
          svg,
          x,
          BOTTOM + 18,
          "middle",
          String.format(Locale.ROOT, "%.0f", Math.pow(10, tick / 4.0)));
    }
    text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 36, "middle", "tokens/s; " + error + " upwards");
    for (Point p : points) {
      double x = LEFT + (Math.log10(p.tokensPerS()) - low) / (high - low) * (RIGHT - LEFT);
      for (Part part : Part.values()) {
        part.of(p).ifPresent(value -> mark(svg, part, x, y(value), p.decoder()));
      }
    }
    int x = LEFT;
    for (Part part : Part.values()) {
      mark(svg, part, x, HEIGHT - 16, part.label);
      text(svg, x + 10, HEIGHT - 12, "start", part.label);
      x += 90;
    }
    return svg.append("</svg>\n").toString();
  }

  private static double y(double share) {
    return BOTTOM - Math.min(1, share) * (BOTTOM - TOP);
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String color) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            color));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            escaped(text)));
  }

  /** Different shapes, so that no part is told by its colour alone. */
  private static void mark(StringBuilder svg, Part part, double x, double y, String label) {
    String shape =
        switch (part) {
          case SAMPLER -> "M-5,0 A5,5 0 1 0 5,0 A5,5 0 1 0 -5,0 Z";
          case NETWORK -> "M-5,-5 H5 V5 H-5 Z";
          case CACHE -> "M0,-6 L6,5 L-6,5 Z";
          case TOTAL -> "M-5,-5 L5,5 M-5,5 L5,-5";
        };
    svg.append(
        String.format(
            Locale.ROOT,
            "<path d=\"%s\" transform=\"translate(%.1f %.1f)\" fill=\"none\" stroke=\"%s\""
                + " stroke-width=\"1.8\"><title>%s</title></path>%n",
            shape,
            x,
            y,
            part.color,
            escaped(label)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
