package org.decodebench.reports.page;

import static org.decodebench.reports.page.SvgCanvas.number;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.decodebench.reports.compare.History;
import org.decodebench.reports.compare.Trends;
import org.decodebench.reports.result.Show;

/** How figures went over the entries of a history, with the places where they changed level. */
public final class TrendPage {
  private TrendPage() {}

  private static final int WIDTH = 860;
  private static final int HEIGHT = 220;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 14;
  private static final int BOTTOM = 34;

  /**
   * What the template prints.
   *
   * @param svg markup of our own
   */
  public record Chart(String name, String context, String svg, List<String> changes) {}

  /** Writes one self-contained file. */
  public static void write(String machineClass, List<Trends> trends, Path file) {
    List<Chart> charts = trends.stream().map(TrendPage::chart).toList();
    ReportPage.render(
        "trends.jte",
        java.util.Map.of(
            "machineClass",
            machineClass,
            "charts",
            charts,
            "policy",
            Assets.STYLE_ONLY,
            "style",
            Assets.STYLE),
        file);
  }

  private static Chart chart(Trends t) {
    List<String> changes = new ArrayList<>();
    for (int at : t.changes()) {
      History.Entry e = t.entries().get(at);
      changes.add(
          "From entry %d%s on: %s of the level before, %s."
              .formatted(
                  e.entry(),
                  e.commit() == null ? "" : " (commit " + e.commit() + ")",
                  Show.ratio(t.step(at)),
                  t.worse(at) ? "worse" : "better"));
    }
    String unit = t.series().metric().unit();
    return new Chart(
        t.series().name()
            + ", "
            + t.series().metric().label()
            + (unit.isEmpty() ? "" : ", " + unit),
        t.series().context(),
        svg(t),
        changes);
  }

  private static String svg(Trends t) {
    List<double[]> forks = List.copyOf(t.series().values().values());
    double[] all =
        DoubleStream.concat(
                forks.stream().flatMapToDouble(Arrays::stream), Arrays.stream(t.typical()))
            .toArray();
    Axis y = Axis.over(all, HEIGHT - BOTTOM, TOP);
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg class=\"chart frontier\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(WIDTH, HEIGHT, Markup.escape(t.series().name() + " over time")));
    for (double tick : y.ticks()) {
      out.append(
          "<path class=\"grid\" d=\"M%d %sH%d\"/><text class=\"tick\" x=\"%d\" y=\"%s\" text-anchor=\"end\">%s</text>"
              .formatted(
                  LEFT,
                  number(y.at(tick)),
                  WIDTH - RIGHT,
                  LEFT - 8,
                  number(y.at(tick) + 4),
                  Show.tick(tick)));
    }
    for (int at : t.changes()) {
      out.append(
          "<path class=\"front\" d=\"M%s %dV%d\"/>"
              .formatted(number(x(t, at - 0.5)), TOP, HEIGHT - BOTTOM));
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < t.typical().length; i++) {
      String px = number(x(t, i));
      for (double fork : forks.get(i)) {
        out.append(
            "<circle class=\"fork\" cx=\"%s\" cy=\"%s\" r=\"2\"/>"
                .formatted(px, number(y.at(fork))));
      }
      line.append(line.isEmpty() ? 'M' : 'L')
          .append(px)
          .append(' ')
          .append(number(y.at(t.typical()[i])));
    }
    out.append("<path class=\"trend\" d=\"").append(line).append("\"/>");
    points(t, y, out);
    return out.append("</svg>").toString();
  }

  private static void points(Trends t, Axis y, StringBuilder out) {
    int every = Math.max(1, t.typical().length / 12);
    for (int i = 0; i < t.typical().length; i++) {
      History.Entry e = t.entries().get(i);
      String title =
          "entry %d, %s%s: %s"
              .formatted(
                  e.entry(),
                  e.addedAt(),
                  e.commit() == null ? "" : ", commit " + e.commit(),
                  Show.number(t.typical()[i]));
      out.append(
          "<g class=\"f0\"><title>%s</title><circle class=\"mark\" cx=\"%s\" cy=\"%s\" r=\"4\"/></g>"
              .formatted(Markup.escape(title), number(x(t, i)), number(y.at(t.typical()[i]))));
      if (i % every == 0) {
        String label =
            e.commit() == null
                ? Long.toString(e.entry())
                : e.commit().substring(0, Math.min(7, e.commit().length()));
        out.append(
            "<text class=\"tick\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>"
                .formatted(number(x(t, i)), HEIGHT - BOTTOM + 18, Markup.escape(label)));
      }
    }
  }

  private static double x(Trends t, double index) {
    double room = WIDTH - RIGHT - LEFT;
    return LEFT + room * (index + 0.5) / t.typical().length;
  }
}
