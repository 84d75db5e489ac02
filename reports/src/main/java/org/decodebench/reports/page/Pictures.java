package org.decodebench.reports.page;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Show;

/** Charts by XChart: inline for the page, and as SVG and PNG files for papers. */
final class Pictures {
  private Pictures() {}

  /** Pixels of a bitmap per unit of the chart. */
  private static final int SCALE = 2;

  /** Figures that get a bar chart, where any setting has them. */
  private static final List<String> HEADLINES =
      List.of(
          Figure.HEADLINE,
          "ttft_ms",
          "tpot_ms",
          "nfe_per_token",
          "positions_per_token",
          "source_nll_per_token",
          "valid_share",
          "perplexity",
          "acceptance_rate");

  /**
   * A chart.
   *
   * @param name of its files
   * @param labels that it paints, so that text stays text
   */
  record Picture(String name, String title, RowChart chart, Set<String> labels) {

    /** Part of a page: text and grid follow the page's theme. */
    String inline() {
      return draw(name, THEMED, false);
    }

    private String draw(String prefix, SvgCanvas.Inks inks, boolean standalone) {
      SvgCanvas canvas = new SvgCanvas(prefix, inks);
      for (String label : labels) {
        canvas.expect(label, RowChart.TEXT);
      }
      chart.paint(canvas, chart.getWidth(), chart.fullHeight());
      return canvas.svg(chart.getWidth(), chart.fullHeight(), title, standalone);
    }

    void write(Path folder) {
      ResultFiles.write(
          folder.resolve(name + ".svg"), out -> out.append(draw("", SvgCanvas.LITERAL, true)));
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      try {
        ImageIO.write(bitmap(), "png", png);
      } catch (IOException e) { // into memory
        throw new UncheckedIOException(e);
      }
      ResultFiles.write(folder.resolve(name + ".png"), png.toByteArray());
    }

    private BufferedImage bitmap() {
      BufferedImage image =
          new BufferedImage(
              SCALE * chart.getWidth(), SCALE * chart.fullHeight(), BufferedImage.TYPE_INT_RGB);
      Graphics2D g = image.createGraphics();
      g.setColor(Color.WHITE);
      g.fillRect(0, 0, image.getWidth(), image.getHeight());
      g.scale(SCALE, SCALE);
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      chart.paint(g, chart.getWidth(), chart.fullHeight());
      g.dispose();
      return image;
    }
  }

  private static final SvgCanvas.Inks THEMED =
      (property, color) -> {
        if (color.equals(RowChart.INK)) {
          return " %s=\"currentColor\"".formatted(property);
        }
        if (color.equals(RowChart.GRID)) {
          return " %s=\"currentColor\" %s-opacity=\"0.16\"".formatted(property, property);
        }
        if (color.equals(RowChart.PAPER)) {
          return " %s=\"var(--paper)\"".formatted(property);
        }
        return Families.all().stream()
            .filter(f -> f.color().equals(color))
            .findFirst()
            .map(f -> " %s=\"var(--%s)\"".formatted(property, f.css()))
            .orElseGet(() -> SvgCanvas.LITERAL.attributes(property, color));
      };

  /** A bar chart for each headline figure that is known. */
  static List<Picture> bars(List<Entry> entries) {
    List<Picture> pictures = new ArrayList<>();
    for (String name : HEADLINES) {
      bars(entries, Figure.of(name)).ifPresent(pictures::add);
    }
    return pictures;
  }

  private static Optional<Picture> bars(List<Entry> entries, Figure figure) {
    List<RowChart.Bar> rows =
        entries.stream()
            .filter(e -> Double.isFinite(e.median(figure.name())))
            .map(e -> bar(e, figure))
            .toList();
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String better =
        switch (figure.better()) {
          case HIGHER -> ", higher is better";
          case LOWER -> ", lower is better";
          case NEITHER -> "";
        };
    String title = Character.toUpperCase(figure.label().charAt(0)) + figure.label().substring(1);
    return Optional.of(
        picture(
            figure.name(),
            title,
            figure.unit().isEmpty() ? "median of the forks" + better : figure.unit() + better,
            Show.isShare(figure) ? RowChart.Scale.SHARE : RowChart.Scale.FROM_ZERO,
            rows,
            List.of()));
  }

  private static RowChart.Bar bar(Entry e, Figure figure) {
    Estimate v = e.figure(figure.name());
    String note = Show.value(figure, v.median());
    if (figure.name().equals("perplexity")) {
      String kind = e.first().perplexityKind();
      note = Show.bound(kind) + note + " " + kind;
    }
    return new RowChart.Bar(e.label(), e.family().color(), note, v.median(), v.lo(), v.hi());
  }

  /** Latency of every decode, forks pooled. */
  static Optional<Picture> latencies(List<Entry> entries) {
    List<RowChart.Spread> rows = new ArrayList<>();
    for (Entry e : entries) {
      double[] sorted =
          e.records().stream()
              .flatMap(r -> r.latencySamplesMs().stream())
              .mapToDouble(Double::doubleValue)
              .filter(Double::isFinite)
              .sorted()
              .toArray();
      if (sorted.length > 0) {
        rows.add(spread(e, sorted));
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            picture(
                "latency_distribution",
                "Latency of a decode",
                "ms; box: middle half, line: median, whiskers: 5th and 95th percentile, dot: 99th",
                RowChart.Scale.SPREAD,
                rows,
                List.of()));
  }

  private static RowChart.Spread spread(Entry e, double[] sorted) {
    double[] p =
        DoubleStream.of(0.05, 0.25, 0.5, 0.75, 0.95, 0.99).map(q -> quantile(sorted, q)).toArray();
    String note = Show.number(p[2]) + " ms (n = " + sorted.length + ")";
    return new RowChart.Spread(
        e.label(), e.family().color(), note, p[0], p[1], p[2], p[3], p[4], p[5]);
  }

  /** Linear between the order statistics. */
  static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Apart under the common kinds of colour blindness, each from every other; {@code PaletteTest}
   * measures it.
   */
  static final List<Color> PHASE_COLORS =
      List.of(
          new Color(0x03CDFF),
          new Color(0xE19533),
          new Color(0x155195),
          new Color(0x0E9A5B),
          new Color(0x9D557C),
          new Color(0xF6CF00),
          new Color(0xAD4200),
          new Color(0x4E3F24));

  /** In the order of a decode; others follow. */
  private static final List<String> PHASES =
      List.of("prefill", "draft", "decode", "denoise", "sample", "cache", "verify");

  static final Color OTHER = new Color(0xC1C1C8);

  /** Where an average decode spends its time. */
  static Optional<Picture> phases(List<Entry> entries) {
    Map<String, RowChart.Key> keys = new LinkedHashMap<>();
    PHASES.forEach(
        p -> keys.put(p, new RowChart.Key(p, PHASE_COLORS.get(keys.size() % PHASE_COLORS.size()))));
    Map<Entry, Map<String, Double>> means = new LinkedHashMap<>();
    for (Entry e : entries) {
      Map<String, Double> mean =
          e.records().stream()
              .flatMap(r -> r.phaseMs().entrySet().stream())
              .filter(p -> Double.isFinite(p.getValue()))
              .collect(
                  Collectors.groupingBy(
                      Map.Entry::getKey,
                      LinkedHashMap::new,
                      Collectors.averagingDouble(Map.Entry::getValue)));
      if (!mean.isEmpty()) {
        means.put(e, mean);
        mean.keySet().stream()
            .filter(p -> !p.equals("other"))
            .forEach(p ->
                keys.computeIfAbsent(
                    p,
                    n -> new RowChart.Key(n, PHASE_COLORS.get(keys.size() % PHASE_COLORS.size()))));
      }
    }
    if (means.isEmpty()) {
      return Optional.empty();
    }
    keys.keySet().removeIf(p -> means.values().stream().noneMatch(m -> m.containsKey(p)));
    keys.put("other", new RowChart.Key("other", OTHER));
    List<RowChart.Stack> rows =
        means.entrySet().stream().map(m -> stack(m.getKey().label(), m.getValue(), keys)).toList();
    return Optional.of(
        picture(
            "phases",
            "Where the time of an average decode goes",
            "share of its time; beside a bar, the mean time of a decode",
            RowChart.Scale.PERCENT,
            rows,
            List.copyOf(keys.values())));
  }

  private static RowChart.Stack stack(
      String name, Map<String, Double> mean, Map<String, RowChart.Key> keys) {
    double total = mean.values().stream().mapToDouble(Double::doubleValue).sum();
    List<RowChart.Part> parts =
        keys.values().stream()
            .filter(k -> mean.containsKey(k.name()))
            .map(k -> new RowChart.Part(k, 100 * mean.get(k.name()) / total))
            .toList();
    return new RowChart.Stack(name, Show.number(total) + " ms", parts);
  }

  private static Picture picture(
      String name,
      String title,
      String axis,
      RowChart.Scale scale,
      List<? extends RowChart.Row> rows,
      List<RowChart.Key> keys) {
    // What the library paints; the chart itself tells the canvas the rest.
    Set<String> labels = new LinkedHashSet<>();
    rows.forEach(r -> labels.add(r.name()));
    return new Picture(name, title, new RowChart(title, axis, scale, rows, keys), labels);
  }
}
