package org.decodebench.reports.page;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.DoubleStream;
import org.decodebench.reports.result.Show;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.style.HorizontalBarStyler;

/**
 * One row a setting, names on the left: a bar with its interval, or the distribution of a sample.
 * XChart gives the scales and the frame; its bars cannot have a colour each, nor intervals that are
 * not symmetric, so the rows are painted on top.
 */
final class RowChart extends HorizontalBarChart {
  static final Color INK = new Color(0x22, 0x26, 0x2b);
  static final Color GRID = new Color(0xdd, 0xe1, 0xe6);
  static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  static final Font HEADING = new Font(Font.SANS_SERIF, Font.BOLD, 15);
  private static final Color NOTHING = new Color(255, 255, 255, 0);
  private static final int ROW = 30;
  private static final int FRAME = 92;
  private static final int LEGEND = 26;

  /** What a row shows. */
  sealed interface Row {
    String name();

    /** Written at the right end. */
    String note();

    /** Largest value that must fit. */
    double max();
  }

  /** A value with its interval; NaN ends where there is none. */
  record Bar(String name, Color color, String note, double value, double lo, double hi)
      implements Row {
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
    public double max() {
      return p99;
    }
  }

  /** Parts one after the other. */
  record Stack(String name, String note, List<Part> parts) implements Row {
    @Override
    public double max() {
      return parts.stream().mapToDouble(Part::value).sum();
    }
  }

  /** A part of a stack. */
  record Part(Key key, double value) {}

  /** What a colour stands for. */
  record Key(String name, Color color) {}

  private final List<? extends Row> rows;
  private final List<Key> keys;

  /**
   * @param keys explained in a line under the axis; may be empty
   */
  RowChart(String title, String axis, List<? extends Row> rows, List<Key> keys) {
    super(860, FRAME + ROW * rows.size() + (keys.isEmpty() ? 0 : LEGEND));
    this.rows = rows;
    this.keys = keys;
    setTitle(title);
    setXAxisTitle(axis);
    double max = rows.stream().mapToDouble(Row::max).max().orElse(1);
    style(getStyler(), max > 0 ? max : 1);
    // Every row is named; the library would leave names out where it thinks them crowded.
    getStyler().setXAxisMaxLabelCount(rows.size() + 1);
    addSeries("rows", rows.stream().map(Row::max).toList(), rows.stream().map(Row::name).toList());
  }

  private static void style(HorizontalBarStyler style, double max) {
    style.setLegendVisible(false);
    style.setChartBackgroundColor(NOTHING);
    style.setPlotBackgroundColor(NOTHING);
    style.setPlotBorderVisible(false);
    style.setChartFontColor(INK);
    style.setChartTitleFont(HEADING);
    style.setAxisTitleFont(TEXT);
    style.setAxisTickLabelsFont(TEXT);
    style.setAxisTickLabelsColor(INK);
    style.setXAxisTitleColor(INK);
    style.setAxisTickMarksColor(GRID);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1));
    style.setPlotGridHorizontalLinesVisible(false);
    style.setYAxisTickMarkSpacingHint(1);
    style.setAxisTicksLineVisible(false);
    style.setPlotContentSize(1);
    style.setXAxisMin(0.0);
    // Room for the notes at the right end.
    style.setXAxisMax(max * 1.28);
    style.setSeriesColors(new Color[] {NOTHING});
    style.setxAxisTickLabelsFormattingFunction(Show::number);
  }

  /** With the keys under the axis: painting makes the library forget them. */
  int fullHeight() {
    return FRAME + ROW * rows.size() + (keys.isEmpty() ? 0 : LEGEND);
  }

  @Override
  public void paint(Graphics2D g, int width, int height) {
    super.paint(g, width, keys.isEmpty() ? height : height - LEGEND);
    legend(g, height - LEGEND / 2.0);
    Rectangle2D box = plot.getBounds();
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

  private void paint(Graphics2D g, Bar bar, double y, double step) {
    double half = step * 0.33;
    double zero = getScreenXFromChart(0);
    double end = getScreenXFromChart(bar.value());
    g.setColor(bar.color());
    g.fill(new Rectangle2D.Double(zero, y - half, Math.max(end - zero, 1), 2 * half));
    g.setColor(INK);
    double right = end;
    if (Double.isFinite(bar.lo()) && Double.isFinite(bar.hi())) {
      right = Math.max(right, whisker(g, bar.lo(), bar.hi(), y, half * 0.5));
    }
    note(g, bar, right, y);
  }

  private void paint(Graphics2D g, Spread s, double y, double step) {
    double half = step * 0.3;
    g.setColor(INK);
    whisker(g, s.p5(), s.p95(), y, half * 0.5);
    double left = getScreenXFromChart(s.p25());
    double right = getScreenXFromChart(s.p75());
    g.setColor(s.color());
    g.fill(new Rectangle2D.Double(left, y - half, Math.max(right - left, 1), 2 * half));
    g.setColor(INK);
    g.setStroke(new BasicStroke(2));
    double middle = getScreenXFromChart(s.p50());
    g.draw(new Line2D.Double(middle, y - half, middle, y + half));
    double tail = getScreenXFromChart(s.p99());
    g.fill(new java.awt.geom.Ellipse2D.Double(tail - 2.5, y - 2.5, 5, 5));
    note(g, s, tail, y);
  }

  private void paint(Graphics2D g, Stack stack, double y, double step) {
    double half = step * 0.33;
    double sum = 0;
    for (Part part : stack.parts()) {
      double left = getScreenXFromChart(sum);
      sum += part.value();
      g.setColor(part.key().color());
      g.fill(new Rectangle2D.Double(left, y - half, getScreenXFromChart(sum) - left, 2 * half));
    }
    note(g, stack, getScreenXFromChart(sum), y);
  }

  private void legend(Graphics2D g, double y) {
    double x = 16;
    g.setFont(TEXT);
    for (Key key : keys) {
      g.setColor(key.color());
      g.fill(new Rectangle2D.Double(x, y - 6, 12, 12));
      g.setColor(INK);
      g.drawString(key.name(), (float) x + 17, (float) y + 4.5f);
      x += 17 + g.getFontMetrics(TEXT).stringWidth(key.name()) + 18;
    }
  }

  /** Returns its right end. */
  private double whisker(Graphics2D g, double lo, double hi, double y, double cap) {
    double left = getScreenXFromChart(lo);
    double right = getScreenXFromChart(hi);
    g.setStroke(new BasicStroke(1.5f));
    g.draw(new Line2D.Double(left, y, right, y));
    g.draw(new Line2D.Double(left, y - cap, left, y + cap));
    g.draw(new Line2D.Double(right, y - cap, right, y + cap));
    return right;
  }

  private static void note(Graphics2D g, Row row, double x, double y) {
    g.setColor(INK);
    g.setFont(TEXT);
    g.drawString(row.note(), (float) x + 8, (float) y + 4.5f);
  }
}
