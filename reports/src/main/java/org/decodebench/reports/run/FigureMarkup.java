package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Parts that our own SVG figures share; ink is {@code currentColor}. */
final class FigureMarkup {
  private FigureMarkup() {}

  /** A file of its own, on white. */
  static String file(int width, int height, String title, String drawing) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\"><title>%s</title><rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n%s</svg>%n"
        .formatted(width, height, escaped(title), drawing);
  }

  /** Part of a page, whose ink it takes. */
  static String inline(int width, int height, String label, String drawing) {
    return "<svg class=\"chart\" viewBox=\"0 0 %d %d\" font-size=\"12\" role=\"img\" aria-label=\"%s\">%s</svg>"
        .formatted(width, height, escaped(label), drawing);
  }

  static void grid(StringBuilder svg, double from, double y, double to) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<path d=\"M%.1f %.1fH%.1f\" stroke=\"currentColor\" stroke-opacity=\"0.16\"/>%n",
            from,
            y,
            to));
  }

  static void tick(StringBuilder svg, double x, double y) {
    svg.append(
        String.format(Locale.ROOT, "<path d=\"M%.1f %.1fv4\" stroke=\"currentColor\"/>%n", x, y));
  }

  static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"currentColor\">%s</text>%n",
            x,
            y,
            anchor,
            escaped(text)));
  }

  /** One, two and five times the powers of ten between two decimal logarithms. */
  static List<Double> ticks(double low, double high) {
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(low); power <= high; power++) {
      for (int digit : new int[] {1, 2, 5}) {
        double tick = digit * Math.pow(10, power);
        if (Math.log10(tick) >= low && Math.log10(tick) <= high) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
