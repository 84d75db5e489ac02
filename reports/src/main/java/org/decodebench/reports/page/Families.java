package org.decodebench.reports.page;

import java.awt.Color;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Colour and mark of each decoder. The colours began as Okabe and Ito's and were moved until every
 * two stay apart under the common kinds of colour blindness and stand out from white paper ({@code
 * PaletteTest} measures both); the marks say the same without colour.
 */
final class Families {
  private Families() {}

  /**
   * @param index of the CSS class, {@code f0}…
   * @param marker in charts by XChart
   * @param mark in our own SVG: path data around (0, 0)
   */
  record Family(int index, String name, Color color, Marker marker, String mark) {
    String css() {
      return "f" + index;
    }
  }

  private static final String CIRCLE = "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z";
  private static final String SQUARE = "M-5.5 -5.5H5.5V5.5H-5.5Z";
  private static final String UP = "M0 -7L6.5 5H-6.5Z";
  private static final String DIAMOND = "M0 -7.5L7.5 0L0 7.5L-7.5 0Z";
  private static final String DOWN = "M0 7L6.5 -5H-6.5Z";
  private static final String CROSS = "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z";

  private static final List<Family> ALL =
      List.of(
          new Family(0, "ar", new Color(0x104E8B), SeriesMarkers.CIRCLE, CIRCLE),
          new Family(1, "speculative", new Color(0xDA7801), SeriesMarkers.SQUARE, SQUARE),
          new Family(2, "masked-diffusion", new Color(0x5B8E65), SeriesMarkers.TRIANGLE_UP, UP),
          new Family(3, "block-diffusion", new Color(0xB578A3), SeriesMarkers.DIAMOND, DIAMOND),
          new Family(4, "prompt-lookup", new Color(0x169AED), SeriesMarkers.TRIANGLE_DOWN, DOWN),
          new Family(5, "ar-beam", new Color(0xA12901), SeriesMarkers.CROSS, CROSS),
          new Family(6, "other", new Color(0x574A51), SeriesMarkers.PLUS, CROSS));

  private static final Map<String, Family> BY_NAME =
      ALL.stream().collect(java.util.stream.Collectors.toUnmodifiableMap(Family::name, f -> f));

  static List<Family> all() {
    return ALL;
  }

  /** Of a decoder's name, without its settings. */
  static Family of(String decoderName) {
    return BY_NAME.getOrDefault(decoderName, ALL.getLast());
  }
}
