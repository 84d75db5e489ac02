package org.decodebench.reports.run;

import static org.decodebench.reports.run.FigureMarkup.escaped;
import static org.decodebench.reports.run.FigureMarkup.text;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Error against speed, each sampler's in its parts: a column at its speed with a mark for the
 * sampler's, the network's, the cache's and the whole error. A self-contained SVG.
 */
public final class ErrorFigure {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 740;
  private static final int TOP = 50;
  private static final int BOTTOM = 350;

  private ErrorFigure() {}

  /** A sampler: its speed and the parts of its error, 0 to 1. */
  public record Point(
      String decoder,
      double tokensPerS,
      OptionalDouble sampler,
      OptionalDouble network,
      OptionalDouble cache,
      OptionalDouble total) {}

  /** Colours that stay apart for every eye, on white and in the dark. */
  private enum Part {
    SAMPLER("sampler", "#7f56b3"),
    NETWORK("network", "#dc740f"),
    CACHE("cache", "#08a37d"),
    TOTAL("total", "currentColor");

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

  /** A file of its own, on white. */
  static String svg(String title, String error, List<Point> points) {
    return FigureMarkup.file(WIDTH, HEIGHT, title, drawing(title, error, points));
  }

  /** Part of a page, whose ink it takes. */
  public static String inline(String title, String error, List<Point> points) {
    return FigureMarkup.inline(
        WIDTH,
        HEIGHT,
        "Error against speed: " + title + ". The table below has the numbers.",
        drawing("", error, points));
  }

  private static String drawing(String title, String error, List<Point> points) {
    var range = points.stream().mapToDouble(Point::tokensPerS).summaryStatistics();
    double low = Math.log10(range.getMin()) - 0.1;
    double high = Math.log10(range.getMax()) + 0.1;
    StringBuilder svg = new StringBuilder();
    text(svg, LEFT, 24, "start", title);
    for (int tick = 0; tick <= 5; tick++) {
      double y = y(tick / 5.0);
      FigureMarkup.grid(svg, LEFT, y, RIGHT);
      text(svg, LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%.1f", tick / 5.0));
    }
    for (double tick : FigureMarkup.ticks(low, high)) {
      double x = LEFT + (Math.log10(tick) - low) / (high - low) * (RIGHT - LEFT);
      FigureMarkup.tick(svg, x, BOTTOM);
      text(svg, x, BOTTOM + 18, "middle", String.format(Locale.ROOT, "%,.0f", tick));
    }
    text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 36, "middle", "tokens/s; " + error + " upwards");
    for (Point p : points) {
      double x = LEFT + (Math.log10(p.tokensPerS()) - low) / (high - low) * (RIGHT - LEFT);
      for (Part part : Part.values()) {
        part.of(p)
            .ifPresent(value ->
                mark(
                    svg,
                    part,
                    x,
                    y(value),
                    String.format(Locale.ROOT, "%s: %s %.3f", p.decoder(), part.label, value)));
      }
    }
    int x = LEFT;
    for (Part part : Part.values()) {
      mark(svg, part, x, HEIGHT - 16, part.label);
      text(svg, x + 10, HEIGHT - 12, "start", part.label);
      x += 90;
    }
    return svg.toString();
  }

  private static double y(double share) {
    return BOTTOM - Math.min(1, share) * (BOTTOM - TOP);
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
}
