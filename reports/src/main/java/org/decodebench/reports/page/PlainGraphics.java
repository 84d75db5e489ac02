package org.decodebench.reports.page;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Composite;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsConfiguration;
import java.awt.Image;
import java.awt.Paint;
import java.awt.Polygon;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.font.FontRenderContext;
import java.awt.font.GlyphVector;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Arc2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.NoninvertibleTransformException;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.BufferedImageOp;
import java.awt.image.ImageObserver;
import java.awt.image.RenderedImage;
import java.awt.image.renderable.RenderableImage;
import java.text.AttributedCharacterIterator;
import java.util.Map;

/**
 * Keeps the state of a {@link Graphics2D} and reduces everything that can be painted to filled and
 * drawn shapes. Bitmaps are left out: no chart of ours has any.
 */
abstract class PlainGraphics extends Graphics2D {
  /** Text is measured without hinting, so that pictures do not depend on the screen. */
  static final FontRenderContext OUTLINES = new FontRenderContext(null, true, false);

  private final RenderingHints hints = new RenderingHints(Map.of());

  AffineTransform transform = new AffineTransform();
  Shape clip;
  Color color = Color.BLACK;
  Stroke stroke = new BasicStroke(1);
  Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private Paint paint = Color.BLACK;
  private Composite composite = java.awt.AlphaComposite.SrcOver;
  private Color background = Color.WHITE;

  // --- everything is a shape

  @Override
  public void drawString(String text, float x, float y) {
    if (text.isBlank()) {
      return;
    }
    AffineTransform before = getTransform();
    translate(x, y);
    fill(new TextLayout(text, font, OUTLINES).getOutline(null));
    transform = before;
  }

  @Override
  public void drawString(String text, int x, int y) {
    drawString(text, (float) x, (float) y);
  }

  @Override
  public void drawString(AttributedCharacterIterator text, float x, float y) {
    StringBuilder plain = new StringBuilder();
    for (char c = text.first(); c != AttributedCharacterIterator.DONE; c = text.next()) {
      plain.append(c);
    }
    drawString(plain.toString(), x, y);
  }

  @Override
  public void drawString(AttributedCharacterIterator text, int x, int y) {
    drawString(text, (float) x, (float) y);
  }

  @Override
  public void drawGlyphVector(GlyphVector glyphs, float x, float y) {
    fill(glyphs.getOutline(x, y));
  }

  @Override
  public void drawLine(int x1, int y1, int x2, int y2) {
    draw(new Line2D.Double(x1, y1, x2, y2));
  }

  @Override
  public void fillRect(int x, int y, int width, int height) {
    fill(new Rectangle(x, y, width, height));
  }

  @Override
  public void clearRect(int x, int y, int width, int height) {
    Color before = color;
    color = background;
    fillRect(x, y, width, height);
    color = before;
  }

  @Override
  public void drawRoundRect(int x, int y, int width, int height, int arcWidth, int arcHeight) {
    draw(new RoundRectangle2D.Double(x, y, width, height, arcWidth, arcHeight));
  }

  @Override
  public void fillRoundRect(int x, int y, int width, int height, int arcWidth, int arcHeight) {
    fill(new RoundRectangle2D.Double(x, y, width, height, arcWidth, arcHeight));
  }

  @Override
  public void drawOval(int x, int y, int width, int height) {
    draw(new Ellipse2D.Double(x, y, width, height));
  }

  @Override
  public void fillOval(int x, int y, int width, int height) {
    fill(new Ellipse2D.Double(x, y, width, height));
  }

  @Override
  public void drawArc(int x, int y, int width, int height, int start, int extent) {
    draw(new Arc2D.Double(x, y, width, height, start, extent, Arc2D.OPEN));
  }

  @Override
  public void fillArc(int x, int y, int width, int height, int start, int extent) {
    fill(new Arc2D.Double(x, y, width, height, start, extent, Arc2D.PIE));
  }

  @Override
  public void drawPolyline(int[] xs, int[] ys, int n) {
    Path2D line = new Path2D.Double();
    for (int i = 0; i < n; i++) {
      if (i == 0) {
        line.moveTo(xs[i], ys[i]);
      } else {
        line.lineTo(xs[i], ys[i]);
      }
    }
    draw(line);
  }

  @Override
  public void drawPolygon(int[] xs, int[] ys, int n) {
    draw(new Polygon(xs, ys, n));
  }

  @Override
  public void fillPolygon(int[] xs, int[] ys, int n) {
    fill(new Polygon(xs, ys, n));
  }

  @Override
  public boolean hit(Rectangle rectangle, Shape shape, boolean onStroke) {
    return (onStroke ? stroke.createStrokedShape(shape) : shape).intersects(rectangle);
  }

  // --- bitmaps

  @Override
  public boolean drawImage(Image image, AffineTransform at, ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public void drawImage(BufferedImage image, BufferedImageOp op, int x, int y) {
    throw noBitmaps();
  }

  @Override
  public void drawRenderedImage(RenderedImage image, AffineTransform at) {
    throw noBitmaps();
  }

  @Override
  public void drawRenderableImage(RenderableImage image, AffineTransform at) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(Image image, int x, int y, ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(
      Image image, int x, int y, int width, int height, ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(Image image, int x, int y, Color under, ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(
      Image image, int x, int y, int width, int height, Color under, ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(
      Image image,
      int dx1,
      int dy1,
      int dx2,
      int dy2,
      int sx1,
      int sy1,
      int sx2,
      int sy2,
      ImageObserver observer) {
    throw noBitmaps();
  }

  @Override
  public boolean drawImage(
      Image image,
      int dx1,
      int dy1,
      int dx2,
      int dy2,
      int sx1,
      int sy1,
      int sx2,
      int sy2,
      Color under,
      ImageObserver observer) {
    throw noBitmaps();
  }

  private static UnsupportedOperationException noBitmaps() {
    return new UnsupportedOperationException("a chart with a bitmap");
  }

  // --- state

  @Override
  public void setClip(Shape shape) {
    clip = shape == null ? null : transform.createTransformedShape(shape);
  }

  @Override
  public void setClip(int x, int y, int width, int height) {
    setClip(new Rectangle(x, y, width, height));
  }

  @Override
  public void clip(Shape shape) {
    if (clip == null) {
      setClip(shape);
    } else if (shape != null) {
      Area both = new Area(clip);
      both.intersect(new Area(transform.createTransformedShape(shape)));
      clip = both;
    }
  }

  @Override
  public void clipRect(int x, int y, int width, int height) {
    clip(new Rectangle(x, y, width, height));
  }

  @Override
  public Shape getClip() {
    try {
      return clip == null ? null : transform.createInverse().createTransformedShape(clip);
    } catch (NoninvertibleTransformException e) {
      return null;
    }
  }

  @Override
  public Rectangle getClipBounds() {
    Shape shape = getClip();
    return shape == null ? null : shape.getBounds();
  }

  // --- state

  @Override
  public void setTransform(AffineTransform at) {
    transform = new AffineTransform(at);
  }

  @Override
  public AffineTransform getTransform() {
    return new AffineTransform(transform);
  }

  @Override
  public void transform(AffineTransform at) {
    transform.concatenate(at);
  }

  @Override
  public void translate(int x, int y) {
    transform.translate(x, y);
  }

  @Override
  public void translate(double x, double y) {
    transform.translate(x, y);
  }

  @Override
  public void rotate(double theta) {
    transform.rotate(theta);
  }

  @Override
  public void rotate(double theta, double x, double y) {
    transform.rotate(theta, x, y);
  }

  @Override
  public void scale(double sx, double sy) {
    transform.scale(sx, sy);
  }

  @Override
  public void shear(double shx, double shy) {
    transform.shear(shx, shy);
  }

  @Override
  public void setColor(Color c) {
    if (c != null) {
      color = c;
      paint = c;
    }
  }

  @Override
  public Color getColor() {
    return color;
  }

  @Override
  public void setPaint(Paint p) {
    paint = p;
    if (p instanceof Color c) {
      color = c;
    }
  }

  @Override
  public Paint getPaint() {
    return paint;
  }

  @Override
  public void setStroke(Stroke s) {
    stroke = s;
  }

  @Override
  public Stroke getStroke() {
    return stroke;
  }

  @Override
  public void setFont(Font f) {
    font = f == null ? font : f;
  }

  @Override
  public Font getFont() {
    return font;
  }

  @Override
  public FontRenderContext getFontRenderContext() {
    return OUTLINES;
  }

  @Override
  public FontMetrics getFontMetrics(Font f) {
    Graphics2D scratch = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    try {
      return scratch.getFontMetrics(f);
    } finally {
      scratch.dispose();
    }
  }

  @Override
  public void setComposite(Composite c) {
    composite = c;
  }

  @Override
  public Composite getComposite() {
    return composite;
  }

  @Override
  public void setBackground(Color c) {
    background = c;
  }

  @Override
  public Color getBackground() {
    return background;
  }

  @Override
  public void setRenderingHint(RenderingHints.Key key, Object value) {
    hints.put(key, value);
  }

  @Override
  public Object getRenderingHint(RenderingHints.Key key) {
    return hints.get(key);
  }

  @Override
  public void setRenderingHints(Map<?, ?> all) {
    hints.clear();
    addRenderingHints(all);
  }

  @Override
  public void addRenderingHints(Map<?, ?> more) {
    hints.putAll(more);
  }

  @Override
  public RenderingHints getRenderingHints() {
    return (RenderingHints) hints.clone();
  }

  @Override
  public GraphicsConfiguration getDeviceConfiguration() {
    return null;
  }

  @Override
  public Graphics create() {
    throw new UnsupportedOperationException("a second graphics on the same picture");
  }

  @Override
  public void copyArea(int x, int y, int width, int height, int dx, int dy) {
    throw noBitmaps();
  }

  @Override
  public void setPaintMode() {}

  @Override
  public void setXORMode(Color c) {}

  @Override
  public void dispose() {}
}
