package org.decodebench.reports.run;

import static org.decodebench.reports.run.FigureMarkup.text;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Generative perplexity against the entropy within a text, a line a writer through its
 * temperatures: lower is better only at the same entropy.
 */
final class JudgeFigure {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 740;
  private static final int TOP = 50;
  private static final int BOTTOM = 330;

  /** Apart by 36 (CIE 1976) and more, also under the common kinds of colour blindness. */
  private static final String[] COLORS = {"#525587", "#f26d19", "#2ca789", "#bd62fe", "#8a4421"};

  private JudgeFigure() {}

  /**
   * @param entropyBits mean entropy of the tokens within a text
   */
  record Point(double temperature, double perplexity, double entropyBits) {}

  record Line(String name, List<Point> points) {}

  static String svg(String judge, List<Line> lines) {
    var entropy = all(lines).mapToDouble(Point::entropyBits).summaryStatistics();
    var nats = all(lines).mapToDouble(p -> Math.log10(p.perplexity())).summaryStatistics();
    double left = entropy.getMin() - 0.05;
    double right = entropy.getMax() + 0.05;
    double low = nats.getMin() - 0.1;
    double high = nats.getMax() + 0.1;
    StringBuilder svg = new StringBuilder();
    String title = "Generative perplexity by judge " + judge + " over temperature";
    text(svg, LEFT, 24, "start", title);
    for (double tick : FigureMarkup.ticks(low, high)) {
      double y = between(Math.log10(tick), low, high, BOTTOM, TOP);
      FigureMarkup.grid(svg, LEFT, y, RIGHT);
      text(svg, LEFT - 8, y + 4, "end", String.format(Locale.ROOT, "%,.0f", tick));
    }
    double step = right - left > 1 ? 0.2 : 0.05;
    for (long i = (long) Math.ceil(left / step); i * step <= right; i++) {
      double x = between(i * step, left, right, LEFT, RIGHT);
      FigureMarkup.tick(svg, x, BOTTOM);
      text(svg, x, BOTTOM + 18, "middle", String.format(Locale.ROOT, "%.2f", i * step));
    }
    text(
        svg,
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 36,
        "middle",
        "entropy within a text, bits; perplexity upwards (logarithmic); marks: temperatures");
    for (int i = 0; i < lines.size(); i++) {
      line(
          svg,
          lines.get(i),
          i,
          p -> between(p.entropyBits(), left, right, LEFT, RIGHT),
          p -> between(Math.log10(p.perplexity()), low, high, BOTTOM, TOP));
    }
    return FigureMarkup.file(
        WIDTH, HEIGHT + 18 * Math.max(0, lines.size() - 2), title, svg.toString());
  }

  private static Stream<Point> all(List<Line> lines) {
    return lines.stream().flatMap(line -> line.points().stream());
  }

  private static double between(double value, double low, double high, double from, double to) {
    return from + (value - low) / (high - low) * (to - from);
  }

  private static void line(
      StringBuilder svg,
      Line line,
      int index,
      java.util.function.ToDoubleFunction<Point> x,
      java.util.function.ToDoubleFunction<Point> y) {
    String color = COLORS[index % COLORS.length];
    StringBuilder path = new StringBuilder();
    for (Point p : line.points()) {
      path.append(path.isEmpty() ? "M" : "L")
          .append(String.format(Locale.ROOT, "%.1f %.1f", x.applyAsDouble(p), y.applyAsDouble(p)));
      mark(svg, x.applyAsDouble(p), y.applyAsDouble(p), color);
      text(
          svg,
          x.applyAsDouble(p) + 6,
          y.applyAsDouble(p) - 6,
          "start",
          String.format(Locale.ROOT, "%.3g", p.temperature()));
    }
    svg.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>%n"
            .formatted(path, color));
    double key = BOTTOM + 60 + 18.0 * index;
    mark(svg, LEFT, key - 4, color);
    text(svg, LEFT + 10, key, "start", line.name());
  }

  private static void mark(StringBuilder svg, double x, double y, String color) {
    svg.append(
        String.format(
            Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n", x, y, color));
  }
}
