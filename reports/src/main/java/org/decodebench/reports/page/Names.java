package org.decodebench.reports.page;

import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds room for names beside the marks of a chart. A name never covers a mark or another name; it
 * crosses a line only where there is no other room, and has a halo for that.
 */
final class Names {
  /** Of a small sans-serif font, on average. */
  private static final double CHARACTER = 6.2;

  private static final double HEIGHT = 14;

  /** From the middle of a mark to the edge of its name. */
  private static final double GAP = 11;

  private final Rectangle2D inside;
  private final List<Rectangle2D> taken = new ArrayList<>();
  private final List<Rectangle2D> lines = new ArrayList<>();

  /**
   * @param inside where names may be
   */
  Names(Rectangle2D inside) {
    this.inside = inside;
  }

  /** Keeps names off a mark. */
  void mark(double px, double py) {
    taken.add(new Rectangle2D.Double(px - 8, py - 8, 16, 16));
  }

  /** Keeps names off an upright or level line, if that can be. */
  void line(double x1, double y1, double x2, double y2) {
    lines.add(
        new Rectangle2D.Double(
            Math.min(x1, x2) - 2,
            Math.min(y1, y2) - 2,
            Math.abs(x2 - x1) + 4,
            Math.abs(y2 - y1) + 4));
  }

  /** Where the name of a mark begins, on its base line; empty where there is no room. */
  Optional<Point2D> place(double px, double py, String name) {
    List<Rectangle2D> free =
        places(px, py, name.length() * CHARACTER).stream()
            .filter(inside::contains)
            .filter(box -> taken.stream().noneMatch(box::intersects))
            .toList();
    Optional<Rectangle2D> best =
        free.stream()
            .filter(box -> lines.stream().noneMatch(box::intersects))
            .findFirst()
            .or(() -> free.stream().findFirst());
    best.ifPresent(taken::add);
    return best.map(box -> new Point2D.Double(box.getX(), box.getY() + 11));
  }

  /** The best first: beside the mark, above and below it, off its corners. */
  private static List<Rectangle2D> places(double px, double py, double width) {
    double[][] corners = {
      {px + GAP, py - 7},
      {px - GAP - width, py - 7},
      {px - width / 2, py - GAP - HEIGHT},
      {px - width / 2, py + GAP - 1},
      {px + 5, py - HEIGHT - 5},
      {px + 5, py + 5},
      {px - 5 - width, py - HEIGHT - 5},
      {px - 5 - width, py + 5},
      {px - width / 2, py - GAP - 2 * HEIGHT},
      {px - width / 2, py + GAP + HEIGHT}
    };
    List<Rectangle2D> boxes = new ArrayList<>();
    for (double[] corner : corners) {
      boxes.add(new Rectangle2D.Double(corner[0], corner[1], width, HEIGHT));
    }
    return boxes;
  }
}
