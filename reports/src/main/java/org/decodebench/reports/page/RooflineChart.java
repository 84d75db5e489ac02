package org.decodebench.reports.page;

import static org.decodebench.reports.page.SvgCanvas.number;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.roofline.Measured;

/**
 * Arithmetic against reading, one mark a setting, under what the machine can do at most (Williams
 * et al. 2009): a mark near a slope is bound by reading, one near the flat roof by arithmetic, and
 * one far below both by neither.
 */
final class RooflineChart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int TOP = 22;
  private static final int BOTTOM = 56;
  private static final int RIGHT = 24;

  private final List<Entry> entries;
  private final double peak;
  private final List<MachineLimits.Bandwidth> slopes;
  private final Axis x;
  private final Axis y;
  private final StringBuilder out = new StringBuilder();

  /**
   * @param limits of the machine on which the entries were measured
   */
  RooflineChart(List<Entry> all, Limits limits) {
    entries = all.stream().filter(e -> intensity(e) > 0 && e.median("gflop_per_s") > 0).toList();
    int threads = all.isEmpty() ? 1 : all.getFirst().first().threads();
    peak = limits.peak(threads) * 1e-9;
    slopes = slopes(limits, threads);
    // Where the fastest reading meets the roof must be in the picture.
    double knee = slopes.stream().mapToDouble(s -> peak / gigabytes(s)).max().orElse(1);
    x =
        logarithmic(
            DoubleStream.concat(
                    entries.stream().mapToDouble(RooflineChart::intensity),
                    DoubleStream.of(knee, 0.25))
                .toArray(),
            LEFT,
            WIDTH - RIGHT);
    y =
        logarithmic(
            DoubleStream.concat(
                    entries.stream().mapToDouble(e -> e.median("gflop_per_s")),
                    DoubleStream.of(peak, peak / 100))
                .toArray(),
            HEIGHT - BOTTOM,
            TOP);
  }

  private static double intensity(Entry e) {
    return e.median("flop_per_token") / e.median("bytes_per_token");
  }

  private static double gigabytes(MachineLimits.Bandwidth b) {
    return b.bytesPerSecond() * 1e-9;
  }

  private static List<MachineLimits.Bandwidth> slopes(Limits limits, int threads) {
    int nearest =
        limits.limits().bandwidths().stream()
            .map(MachineLimits.Bandwidth::threads)
            .min(Comparator.comparingInt(n -> Math.abs(n - threads)))
            .orElse(threads);
    return limits.limits().bandwidths().stream().filter(b -> b.threads() == nearest).toList();
  }

  private static Axis logarithmic(double[] values, double from, double to) {
    double min = DoubleStream.of(values).min().orElse(1) / 1.6;
    double max = DoubleStream.of(values).max().orElse(10) * 1.6;
    return new Axis(min, max, from, to, true);
  }

  /** The picture, or an empty string if nothing is known. */
  String svg() {
    if (entries.isEmpty() || !(peak > 0) || slopes.isEmpty()) {
      return "";
    }
    out.append(
        "<svg class=\"chart frontier roofline\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"Roofline: arithmetic against reading. The table above has the numbers.\">"
            .formatted(WIDTH, HEIGHT));
    axes();
    slopes.forEach(this::slope);
    double flat = y.at(peak);
    double knee = slopes.stream().mapToDouble(s -> peak / gigabytes(s)).min().orElseThrow();
    out.append(
        "<path class=\"roof\" d=\"M%s %sH%d\"/>"
            .formatted(number(x.at(Math.max(knee, x.min()))), number(flat), WIDTH - RIGHT));
    text(WIDTH - RIGHT, flat - 6, "end", "name", Show.number(peak) + " GFLOP/s");
    entries.forEach(this::mark);
    Names names =
        new Names(
            new Rectangle2D.Double(LEFT, TOP, WIDTH - 4 - LEFT, (double) HEIGHT - BOTTOM - TOP));
    entries.forEach(e -> names.mark(x.at(intensity(e)), y.at(e.median("gflop_per_s"))));
    for (Entry e : entries) {
      names
          .place(x.at(intensity(e)), y.at(e.median("gflop_per_s")), e.label())
          .ifPresent(at -> text(at.getX(), at.getY(), "start", "name", e.label()));
    }
    return out.append("</svg>").toString();
  }

  private void axes() {
    for (double tick : x.ticks()) {
      out.append(
          "<path class=\"grid\" d=\"M%s %dV%d\"/>"
              .formatted(number(x.at(tick)), TOP, HEIGHT - BOTTOM));
      text(x.at(tick), HEIGHT - BOTTOM + 18, "middle", "tick", Show.tick(tick));
    }
    for (double tick : y.ticks()) {
      out.append(
          "<path class=\"grid\" d=\"M%d %sH%d\"/>"
              .formatted(LEFT, number(y.at(tick)), WIDTH - RIGHT));
      text(LEFT - 8, y.at(tick) + 4, "end", "tick", Show.tick(tick));
    }
    text(
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 14,
        "middle",
        "axis",
        "FLOP for each byte read (logarithmic)");
    out.append(
        "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(16 %d) rotate(-90)\">GFLOP/s (logarithmic)</text>"
            .formatted((TOP + HEIGHT - BOTTOM) / 2));
  }

  /** From where it enters the picture up to the roof, with its level's name at its foot. */
  private void slope(MachineLimits.Bandwidth level) {
    double rate = gigabytes(level);
    double from = Math.max(x.min(), y.min() / rate);
    double to = Math.min(peak / rate, x.max());
    if (from >= to) {
      return;
    }
    out.append(
        "<path class=\"roof\" d=\"M%s %sL%s %s\"/>"
            .formatted(
                number(x.at(from)),
                number(y.at(from * rate)),
                number(x.at(to)),
                number(y.at(to * rate))));
    // Along the line, above it.
    double rise = y.at(to * rate) - y.at(from * rate);
    double run = x.at(to) - x.at(from);
    out.append(
        "<text class=\"name\" transform=\"translate(%s %s) rotate(%s)\" x=\"10\" y=\"-5\">%s</text>"
            .formatted(
                number(x.at(from)),
                number(y.at(from * rate)),
                number(Math.toDegrees(Math.atan2(rise, run))),
                Markup.escape("%s %s GB/s".formatted(level.level(), Show.number(rate)))));
  }

  private void mark(Entry e) {
    double flops = e.median("gflop_per_s");
    String title =
        "%s: %s FLOP a byte, %s GFLOP/s, %s of the peak"
            .formatted(
                e.label(),
                Show.number(intensity(e)),
                Show.number(flops),
                String.format(java.util.Locale.ROOT, "%.0f %%", 100 * flops / peak));
    out.append(
        "<g class=\"pt %s\" data-setting=\"%s\" tabindex=\"0\" role=\"button\" aria-label=\"%s\"><title>%s</title><path class=\"mark\" transform=\"translate(%s %s)\" d=\"%s\"/></g>"
            .formatted(
                e.family().css(),
                e.id(),
                Markup.escape(title),
                Markup.escape(title),
                number(x.at(intensity(e))),
                number(y.at(flops)),
                e.family().mark()));
  }

  private void text(double px, double py, String anchor, String css, String content) {
    out.append(
        "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
            .formatted(css, number(px), number(py), anchor, Markup.escape(content)));
  }

  /** One chart a result folder that knows its machine. */
  static List<PageModel.Chart> of(List<Entry.Group> groups, List<Entry> entries) {
    List<PageModel.Chart> charts = new ArrayList<>();
    for (Entry.Group g : groups) {
      String tag = groups.size() > 1 ? g.tag() + ": " : "";
      Measured.read(g.results().folder())
          .ifPresent(measured -> {
            Map<Boolean, List<Entry>> byDevice =
                entries.stream()
                    .filter(e -> e.results() == g.results())
                    .collect(Collectors.partitioningBy(e -> measured.onDevice(e.first())));
            charts.addAll(
                chart(byDevice.get(false), measured.limits(), tag + "Roofline", "this machine"));
            if (measured.device() != null) {
              charts.addAll(
                  chart(
                      byDevice.get(true),
                      measured.device().limits(measured.limits()),
                      tag + "Roofline of the device",
                      measured.device().name()));
            }
          });
    }
    return charts;
  }

  private static List<PageModel.Chart> chart(
      List<Entry> entries, Limits limits, String name, String what) {
    String svg = new RooflineChart(entries, limits).svg();
    return svg.isEmpty()
        ? List.of()
        : List.of(
            new PageModel.Chart(
                svg,
                "%s. The lines are what %s can read from each level and compute at most, measured with the kernels' own loops; a mark is the work that the shapes ask for over the whole time of a decode. Near a slope reading is the limit, near the flat roof arithmetic; far below both the time goes elsewhere: sampling, waiting of threads, the commands around a small model."
                    .formatted(name, what)));
  }
}
