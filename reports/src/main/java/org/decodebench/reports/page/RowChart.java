package org.decodebench.reports.page;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import org.decodebench.reports.result.Show;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.style.HorizontalBarStyler;

/**
 * One row a setting, names on the left: a bar with its interval, or the distribution of a sample.
 * XChart gives the frame and the names; its bars cannot have a colour each, nor intervals that are
 * not symmetric, and its ticks run on beyond what a share can be, so rows and scale are painted on
 * top. Title and axis begin at the left, where a reader of a scrolling chart on a phone begins too.
 */
final class RowChart extends HorizontalBarChart {
  static final Color INK = new Color(0x22, 0x26, 0x2b);
  static final Color GRID = new Color(0xdd, 0xe1, 0xe6);
  static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font HEADING = new Font(Font.SANS_SERIF, Font.BOLD, 15);

  /** Behind a line that crosses a bar, so that it is seen on any colour. */
  static final Color PAPER = Color.WHITE;

  private static final Color NOTHING = new Color(255, 255, 255, 0);
  private static final int WIDTH = 860;
  private static final int ROW = 30;
  private static final int TITLE = 26;
  private static final int SCALE = 48;
  private static final int LEGEND = 26;
  private static final int EDGE = 16;

  /** What a row shows. */
  sealed interface Row {
    String name();

    /** Written at the right end. */
    String note();

    /** Smallest value that must fit. */
    double min();

    /** Largest value that must fit. */
    double max();
  }

  /** A value with its interval; NaN ends where there is none. */
  record Bar(String name, Color color, String note, double value, double lo, double hi)
      implements Row {
    @Override
    public double min() {
      return DoubleStream.of(value, lo).filter(Double::isFinite).min().orElse(0);
    }

    @Override
    public double max() {
      return DoubleStream.of(value, hi).filter(Double::isFinite).max().orElse(0);
    }
  }

  /** A sample: the middle half as a box, whiskers at the 5th and 95th percentile. */
  record Spread(
      String name,
      Color color,
      String note,
      double p5,
      double p25,
      double p50,
      double p75,
      double p95,
      double p99)
      implements Row {
    @Override
    public double min() {
      return p5;
    }

    @Override
    public double max() {
      return p99;
    }
  }

  /** Parts one after the other. */
  record Stack(String name, String note, List<Part> parts) implements Row {
    @Override
    public double min() {
      return 0;
    }

    @Override
    public double max() {
      return parts.stream().mapToDouble(Part::value).sum();
    }
  }

  /** A part of a stack. */
  record Part(Key key, double value) {}

  /** What a colour stands for. */
  record Key(String name, Color color) {}

  /** How values become places. */
  enum Scale {
    /** From 0 to the largest: for bars, whose length is the value. */
    FROM_ZERO,
    /** From 0 to 1, written as percentages. */
    SHARE,
    /** From 0 to 100. */
    PERCENT,
    /** Logarithmic where the values spread far, as latencies of different decoders do. */
    SPREAD
  }

  private final String title;
  private final String axisTitle;
  private final Scale scale;
  private final List<? extends Row> rows;
  private final List<Key> keys;
  private Axis x;

  /**
   * @param keys explained in a line under the axis; may be empty
   */
  RowChart(String title, String axis, Scale scale, List<? extends Row> rows, List<Key> keys) {
    super(WIDTH, height(rows, keys));
    this.title = title;
    this.axisTitle = axis;
    this.scale = scale;
    this.rows = rows;
    this.keys = keys;
    style(getStyler());
    // Every row is named; the library would leave names out where it thinks them crowded.
    getStyler().setXAxisMaxLabelCount(rows.size() + 1);
    addSeries("rows", rows.stream().map(_ -> 1.0).toList(), rows.stream().map(Row::name).toList());
  }

  private static void style(HorizontalBarStyler style) {
    style.setLegendVisible(false);
    style.setChartTitleVisible(false);
    style.setChartBackgroundColor(NOTHING);
    style.setPlotBackgroundColor(NOTHING);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesVisible(false);
    style.setChartPadding(EDGE);
    style.setChartFontColor(INK);
    style.setAxisTickLabelsFont(TEXT);
    style.setAxisTickLabelsColor(INK);
    style.setAxisTickMarksColor(NOTHING);
    style.setYAxisTickMarkSpacingHint(1);
    style.setAxisTicksLineVisible(false);
    style.setXAxisTicksVisible(false);
    style.setXAxisTitleVisible(false);
    style.setPlotContentSize(1);
    style.setXAxisMin(0.0);
    style.setXAxisMax(1.0);
    style.setSeriesColors(new Color[] {NOTHING});
  }

  private static int height(List<?> rows, List<?> keys) {
    return TITLE + ROW * rows.size() + 2 * EDGE + SCALE + (keys.isEmpty() ? 0 : LEGEND);
  }

  /** With the scale and the keys under it, where the library does not paint. */
  int fullHeight() {
    return height(rows, keys);
  }

  @Override
  public void paint(Graphics2D g, int width, int height) {
    g.translate(0, TITLE);
    super.paint(g, width, ROW * rows.size() + 2 * EDGE);
    g.translate(0, -TITLE);
    g.setColor(INK);
    g.setFont(HEADING);
    g.drawString(title, EDGE, EDGE + 6f);
    Rectangle2D plotted = plot.getBounds();
    Rectangle2D box =
        new Rectangle2D.Double(
            plotted.getX(), plotted.getY() + TITLE, plotted.getWidth(), plotted.getHeight());
    x = axis(g, box);
    scale(g, box);
    legend(g, fullHeight() - LEGEND / 2.0);
    double step = box.getHeight() / rows.size();
    for (int i = 0; i < rows.size(); i++) {
      double y = box.getY() + step * (i + 0.5);
      switch (rows.get(i)) {
        case Bar bar -> paint(g, bar, y, step);
        case Spread spread -> paint(g, spread, y, step);
        case Stack stack -> paint(g, stack, y, step);
      }
    }
  }

  /** Leaves room for the notes at the right end. */
  private Axis axis(Graphics2D g, Rectangle2D box) {
    int notes =
        rows.stream().mapToInt(r -> g.getFontMetrics(TEXT).stringWidth(r.note())).max().orElse(0);
    double from = box.getX();
    double to = box.getMaxX() - notes - 12;
    double max = rows.stream().mapToDouble(Row::max).max().orElse(1);
    return switch (scale) {
      case FROM_ZERO -> new Axis(0, max > 0 ? max : 1, from, to, false);
      case SHARE -> new Axis(0, 1, from, to, false);
      case PERCENT -> new Axis(0, 100, from, to, false);
      case SPREAD -> {
        double[] values =
            rows.stream().flatMapToDouble(r -> DoubleStream.of(r.min(), r.max())).toArray();
        Axis over = Axis.over(values, from, to);
        yield over.log() ? over : new Axis(0, max > 0 ? max : 1, from, to, false);
      }
    };
  }

  private void scale(Graphics2D g, Rectangle2D box) {
    DoubleFunction<String> label =
        switch (scale) {
          case SHARE -> v -> Show.tick(100 * v) + " %";
          case PERCENT -> v -> Show.tick(v) + " %";
          default -> Show::tick;
        };
    g.setFont(TEXT);
    for (double tick : x.ticks()) {
      double at = x.at(tick);
      g.setColor(GRID);
      g.setStroke(new BasicStroke(1));
      g.draw(new Line2D.Double(at, box.getY(), at, box.getMaxY()));
      g.setColor(INK);
      String value = label.apply(tick);
      int half = g.getFontMetrics(TEXT).stringWidth(value) / 2;
      g.drawString(value, (float) at - half, (float) box.getMaxY() + 17);
    }
    String text = axisTitle + (x.log() ? " (logarithmic)" : "");
    // Under the axis; further left where names leave too little room.
    double room = WIDTH - EDGE - g.getFontMetrics(TEXT).stringWidth(text);
    g.drawString(
        text, (float) Math.max(EDGE, Math.min(box.getX(), room)), (float) box.getMaxY() + 38);
  }

  private void paint(Graphics2D g, Bar bar, double y, double step) {
    double half = step * 0.33;
    double zero = x.at(0);
    double end = x.at(bar.value());
    g.setColor(bar.color());
    g.fill(new Rectangle2D.Double(zero, y - half, Math.max(end - zero, 1), 2 * half));
    double right = end;
    if (Double.isFinite(bar.lo()) && Double.isFinite(bar.hi())) {
      right = Math.max(right, whisker(g, bar.lo(), bar.hi(), y, half * 0.5));
    }
    note(g, bar, right, y);
  }

  private void paint(Graphics2D g, Spread s, double y, double step) {
    double half = step * 0.3;
    whisker(g, s.p5(), s.p95(), y, half * 0.5);
    double left = x.at(s.p25());
    double right = x.at(s.p75());
    g.setColor(s.color());
    g.fill(new Rectangle2D.Double(left, y - half, Math.max(right - left, 1), 2 * half));
    double middle = x.at(s.p50());
    line(g, 2, new Line2D.Double(middle, y - half, middle, y + half));
    double tail = x.at(s.p99());
    g.fill(new Ellipse2D.Double(tail - 2.5, y - 2.5, 5, 5));
    note(g, s, tail, y);
  }

  private void paint(Graphics2D g, Stack stack, double y, double step) {
    double half = step * 0.33;
    double sum = 0;
    for (Part part : stack.parts()) {
      double left = x.at(sum);
      sum += part.value();
      g.setColor(part.key().color());
      g.fill(new Rectangle2D.Double(left, y - half, x.at(sum) - left, 2 * half));
      // A gap keeps neighbours apart whatever their colours are.
      g.setColor(PAPER);
      g.fill(new Rectangle2D.Double(x.at(sum) - 0.5, y - half, 1, 2 * half));
    }
    note(g, stack, x.at(sum), y);
  }

  private void legend(Graphics2D g, double y) {
    double at = EDGE;
    g.setFont(TEXT);
    for (Key key : keys) {
      g.setColor(key.color());
      g.fill(new Rectangle2D.Double(at, y - 6, 12, 12));
      g.setColor(INK);
      g.drawString(key.name(), (float) at + 17, (float) y + 4.5f);
      at += 17 + g.getFontMetrics(TEXT).stringWidth(key.name()) + 18;
    }
  }

  /** Returns its right end. */
  private double whisker(Graphics2D g, double lo, double hi, double y, double cap) {
    double left = x.at(lo);
    double right = x.at(hi);
    Path2D.Double shape = new Path2D.Double();
    shape.append(new Line2D.Double(left, y, right, y), false);
    shape.append(new Line2D.Double(left, y - cap, left, y + cap), false);
    shape.append(new Line2D.Double(right, y - cap, right, y + cap), false);
    line(g, 1.5f, shape);
    return right;
  }

  private static void line(Graphics2D g, float width, Shape shape) {
    g.setColor(PAPER);
    g.setStroke(new BasicStroke(width + 2));
    g.draw(shape);
    g.setColor(INK);
    g.setStroke(new BasicStroke(width));
    g.draw(shape);
  }

  private static void note(Graphics2D g, Row row, double right, double y) {
    g.setColor(INK);
    g.setFont(TEXT);
    g.drawString(row.note(), (float) right + 8, (float) y + 4.5f);
  }
}
