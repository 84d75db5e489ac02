package org.decodebench.reports.page;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A {@link Graphics2D} that writes SVG: shapes with presentation attributes only, so that a page
 * whose Content-Security-Policy forbids style attributes can hold the picture; ids with a prefix,
 * so that several pictures fit on one page; text as text.
 *
 * <p>Charting code paints text as glyph outlines. The canvas is told the labels beforehand ({@link
 * #expect}) and writes an outline that it recognises as a {@code <text>} of the same place and
 * width; an unknown outline stays a path, which looks the same and only cannot be selected.
 */
final class SvgCanvas extends PlainGraphics {
  private final String prefix;
  private final Inks inks;
  private final StringBuilder body = new StringBuilder(8192);
  private final StringBuilder defs = new StringBuilder();
  private final Map<String, String> clips = new HashMap<>();
  private final Map<String, Label> labels = new HashMap<>();

  private String openClip;

  /** How a colour is written: the attributes of a filled or a drawn shape. */
  interface Inks {
    /**
     * @param property {@code fill} or {@code stroke}
     * @return attributes, with a leading space
     */
    String attributes(String property, Color color);
  }

  /** Colours as they are: for a file that stands alone. */
  static final Inks LITERAL =
      (property, c) ->
          " %s=\"#%06x\"%s"
              .formatted(
                  property,
                  c.getRGB() & 0xffffff,
                  c.getAlpha() == 255
                      ? ""
                      : " %s-opacity=\"%s\"".formatted(property, number(c.getAlpha() / 255.0)));

  private record Label(String text, Font font, double width) {}

  SvgCanvas(String prefix, Inks inks) {
    this.prefix = prefix;
    this.inks = inks;
  }

  /** Says that this text may be painted as an outline in this font. */
  void expect(String text, Font textFont) {
    if (text == null || text.isBlank()) {
      return;
    }
    TextLayout layout = new TextLayout(text, textFont, OUTLINES);
    String path = path(layout.getOutline(null), new AffineTransform());
    labels.putIfAbsent(path, new Label(text, textFont, layout.getAdvance()));
  }

  /**
   * The picture.
   *
   * @param title read by a screen reader
   * @param standalone whether to write what a file of its own needs
   */
  String svg(int width, int height, String title, boolean standalone) {
    closeClip();
    String root =
        standalone
            ? "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                .formatted(width, height)
            : "<svg class=\"chart\" ";
    return root
        + "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" font-family=\"system-ui,sans-serif\">"
            .formatted(width, height, Markup.escape(title))
        + "<title>"
        + Markup.escape(title)
        + "</title>"
        + (defs.isEmpty() ? "" : "<defs>" + defs + "</defs>")
        + body
        + "</svg>";
  }

  // --- painting

  @Override
  public void fill(Shape shape) {
    String path = path(shape, new AffineTransform());
    Label label = labels.get(path);
    if (label != null) {
      text(label);
    } else {
      shape(shape, inks.attributes("fill", color));
    }
  }

  @Override
  public void draw(Shape shape) {
    StringBuilder attributes = new StringBuilder(" fill=\"none\"");
    attributes.append(inks.attributes("stroke", color));
    if (stroke instanceof BasicStroke s) {
      attributes.append(" stroke-width=\"").append(number(s.getLineWidth())).append('"');
      float[] dashes = s.getDashArray();
      if (dashes != null && dashes.length > 0) {
        attributes.append(" stroke-dasharray=\"");
        for (int i = 0; i < dashes.length; i++) {
          attributes.append(i == 0 ? "" : " ").append(number(dashes[i]));
        }
        attributes.append('"');
      }
    }
    shape(shape, attributes.toString());
  }

  private void shape(Shape shape, String attributes) {
    if (color.getAlpha() == 0) {
      return;
    }
    Rectangle2D box = transform.createTransformedShape(shape).getBounds2D();
    enterClip();
    if (shape instanceof Rectangle2D && isUpright()) {
      body.append(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"%s/>"
              .formatted(
                  number(box.getX()),
                  number(box.getY()),
                  number(box.getWidth()),
                  number(box.getHeight()),
                  attributes));
    } else {
      body.append("<path d=\"")
          .append(path(shape, transform))
          .append('"')
          .append(attributes)
          .append("/>");
    }
  }

  private boolean isUpright() {
    return transform.getShearX() == 0 && transform.getShearY() == 0;
  }

  private void text(Label label) {
    enterClip();
    String place =
        isUpright()
            ? "x=\"%s\" y=\"%s\""
                .formatted(number(transform.getTranslateX()), number(transform.getTranslateY()))
            : "transform=\"matrix(%s %s %s %s %s %s)\""
                .formatted(
                    number(transform.getScaleX()),
                    number(transform.getShearY()),
                    number(transform.getShearX()),
                    number(transform.getScaleY()),
                    number(transform.getTranslateX()),
                    number(transform.getTranslateY()));
    body.append(
        "<text %s font-size=\"%s\"%s textLength=\"%s\" lengthAdjust=\"spacingAndGlyphs\"%s>%s</text>"
            .formatted(
                place,
                number(label.font.getSize2D()),
                label.font.isBold() ? " font-weight=\"600\"" : "",
                number(label.width),
                inks.attributes("fill", color),
                Markup.escape(label.text)));
  }

  @Override
  public void drawString(String text, float x, float y) {
    expect(text, font);
    super.drawString(text, x, y);
  }

  /** Path data under a transform; two decimals are a hundredth of a pixel. */
  private static String path(Shape shape, AffineTransform at) {
    StringBuilder d = new StringBuilder();
    double[] c = new double[6];
    for (PathIterator i = shape.getPathIterator(at); !i.isDone(); i.next()) {
      switch (i.currentSegment(c)) {
        case PathIterator.SEG_MOVETO -> append(d, 'M', c, 2);
        case PathIterator.SEG_LINETO -> append(d, 'L', c, 2);
        case PathIterator.SEG_QUADTO -> append(d, 'Q', c, 4);
        case PathIterator.SEG_CUBICTO -> append(d, 'C', c, 6);
        default -> d.append('Z');
      }
    }
    return d.toString();
  }

  private static void append(StringBuilder d, char command, double[] c, int n) {
    d.append(command);
    for (int i = 0; i < n; i++) {
      d.append(i == 0 ? "" : " ").append(number(c[i]));
    }
  }

  /** At most two decimals, none if they are zero. */
  static String number(double value) {
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    String text = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }

  // --- clip: neighbouring shapes under one clip share a group

  private void enterClip() {
    String id = clip == null ? null : clipId();
    if (!java.util.Objects.equals(id, openClip)) {
      closeClip();
      if (id != null) {
        body.append("<g clip-path=\"url(#").append(id).append(")\">");
        openClip = id;
      }
    }
  }

  private String clipId() {
    return clips.computeIfAbsent(
        path(clip, new AffineTransform()),
        d -> {
          String id = prefix + "c" + clips.size();
          defs.append("<clipPath id=\"")
              .append(id)
              .append("\"><path d=\"")
              .append(d)
              .append("\"/></clipPath>");
          return id;
        });
  }

  private void closeClip() {
    if (openClip != null) {
      body.append("</g>");
      openClip = null;
    }
  }
}
