package org.decodebench.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Colours that one chart uses together stay apart for readers who do not see them all. Colour
 * blindness is simulated in linear RGB by the matrices of Machado, Oliveira and Fernandes (2009) at
 * full severity; the distance is CIE 1976 ΔE in Lab under D65.
 */
class PaletteTest {
  /**
   * Least distance of two colours. Where large fields need 2.3 to look just different, small marks
   * need more: after Stone, Szafir and Setlur (2014) some 8 in lightness, 10 and 15 in the other
   * directions for a mark of a third of a degree, which ours are. A third is added to the largest
   * of these.
   */
  private static final double APART = 20;

  /** Least contrast of graphics with their ground (WCAG 2, 1.4.11). */
  private static final double CONTRAST = 3;

  private static final Map<String, double[][]> EYES = new LinkedHashMap<>();

  static {
    EYES.put("normal", new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    EYES.put(
        "protanopia",
        new double[][] {
          {0.152286, 1.052583, -0.204868},
          {0.114503, 0.786281, 0.099216},
          {-0.003882, -0.048116, 1.051998}
        });
    EYES.put(
        "deuteranopia",
        new double[][] {
          {0.367322, 0.860646, -0.227968},
          {0.280085, 0.672501, 0.047413},
          {-0.011820, 0.042940, 0.968881}
        });
    EYES.put(
        "tritanopia",
        new double[][] {
          {1.255528, -0.076749, -0.178779},
          {-0.078411, 0.930809, 0.147602},
          {0.004733, 0.691367, 0.303900}
        });
  }

  @Test
  void decodersStayApartForEveryEyeAndStandOutFromWhite() {
    List<Color> colors = Families.all().stream().map(Families.Family::color).toList();
    assertApart("decoders", colors);
    colors.forEach(c -> assertContrast(c, Color.WHITE));
  }

  @Test
  void thePageHasTheColoursOfTheFilesAndOthersAsFarApartInTheDark() {
    List<Map<String, Color>> themes = themes();
    assertEquals(2, themes.size());
    for (Families.Family f : Families.all()) {
      assertEquals(f.color(), themes.getFirst().get(f.css()), f.name());
    }
    List<Color> dark = Families.all().stream().map(f -> themes.getLast().get(f.css())).toList();
    assertApart("decoders in the dark", dark);
    dark.forEach(c -> assertContrast(c, themes.getLast().get("paper")));
  }

  @Test
  void phasesStayApartForEveryEye() {
    List<Color> colors = new ArrayList<>(Pictures.PHASE_COLORS);
    colors.add(Pictures.OTHER);
    assertApart("phases", colors);
  }

  @Test
  void goodAndBadStayApartForEveryEyeAndAreReadable() {
    for (Map<String, Color> theme : themes()) {
      assertApart("verdicts", List.of(theme.get("good"), theme.get("bad")));
      for (String ink : List.of("good", "bad", "ink", "soft", "link")) {
        double contrast = contrast(theme.get(ink), theme.get("paper"));
        assertTrue(contrast >= 4.5, ink + " as text has a contrast of " + contrast);
      }
    }
  }

  @Test
  void theMeasureKnowsColoursThatAreConfused() {
    Color red = new Color(0xD62728);
    Color green = new Color(0x2CA02C);
    assertTrue(distance(red, green, EYES.get("normal")) > 100);
    assertTrue(distance(red, green, EYES.get("deuteranopia")) < 10);
    assertEquals(100, lab(new double[] {1, 1, 1})[0], 1e-3, "white");
  }

  private static void assertApart(String what, List<Color> colors) {
    EYES.forEach((eye, matrix) -> {
      for (int i = 0; i < colors.size(); i++) {
        for (int j = 0; j < i; j++) {
          double distance = distance(colors.get(i), colors.get(j), matrix);
          assertTrue(
              distance >= APART,
              "%s, %s: #%06x and #%06x are only %.1f apart"
                  .formatted(
                      what,
                      eye,
                      colors.get(i).getRGB() & 0xFFFFFF,
                      colors.get(j).getRGB() & 0xFFFFFF,
                      distance));
        }
      }
    });
  }

  private static void assertContrast(Color color, Color paper) {
    double contrast = contrast(color, paper);
    assertTrue(
        contrast >= CONTRAST,
        "#%06x has a contrast of %.2f".formatted(color.getRGB() & 0xFFFFFF, contrast));
  }

  /** Of the style sheet: light, then dark. */
  private static List<Map<String, Color>> themes() {
    List<Map<String, Color>> themes = new ArrayList<>();
    Matcher roots = Pattern.compile(":root \\{([^}]*--f0[^}]*)}").matcher(Assets.STYLE);
    while (roots.find()) {
      Map<String, Color> theme = new LinkedHashMap<>();
      Matcher colors = Pattern.compile("--([a-z0-9]+): #([0-9a-f]{6});").matcher(roots.group(1));
      while (colors.find()) {
        theme.put(colors.group(1), new Color(Integer.parseInt(colors.group(2), 16)));
      }
      themes.add(theme);
    }
    return themes;
  }

  private static double distance(Color a, Color b, double[][] eye) {
    double[] first = lab(seen(linear(a), eye));
    double[] second = lab(seen(linear(b), eye));
    return Math.hypot(Math.hypot(first[0] - second[0], first[1] - second[1]), first[2] - second[2]);
  }

  private static double[] seen(double[] rgb, double[][] eye) {
    double[] out = new double[3];
    for (int i = 0; i < 3; i++) {
      double sum = eye[i][0] * rgb[0] + eye[i][1] * rgb[1] + eye[i][2] * rgb[2];
      out[i] = Math.clamp(sum, 0, 1);
    }
    return out;
  }

  private static double[] linear(Color c) {
    return new double[] {linear(c.getRed()), linear(c.getGreen()), linear(c.getBlue())};
  }

  private static double linear(int channel) {
    double v = channel / 255.0;
    return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
  }

  private static double luminance(double[] rgb) {
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  }

  private static double contrast(Color a, Color b) {
    double first = luminance(linear(a)) + 0.05;
    double second = luminance(linear(b)) + 0.05;
    return Math.max(first, second) / Math.min(first, second);
  }

  private static double[] lab(double[] rgb) {
    double x = f((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047);
    double y = f(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]);
    double z = f((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  private static double f(double t) {
    return t > 216.0 / 24389 ? Math.cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
}
