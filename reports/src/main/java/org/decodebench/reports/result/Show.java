package org.decodebench.reports.result;

import java.util.Locale;

/** Numbers for people. The files hold all digits. */
public final class Show {
  /** Stands where a figure does not apply. */
  public static final String NONE = "–";

  private Show() {}

  /** Three significant digits, more of them before the point, thousands apart. */
  public static String number(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (size >= 100 || size == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size < 1e-4) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    int decimals = 2 - (int) Math.floor(Math.log10(size));
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Stands before a value that is a bound from above, whose {@code kind} says so; else nothing. */
  public static String bound(String kind) {
    boolean bound = kind != null && (kind.startsWith("nelbo") || kind.equals("random-order"));
    return bound ? "≤ " : "";
  }

  /** For the ticks of a scale: no zeros behind the point. */
  public static String tick(double value) {
    String text = number(value);
    return text.contains(".") && !text.contains("e") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  /** A figure in its unit; large counts with a prefix (12.3 M), shares as percentages. */
  public static String value(Figure figure, double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    if (isShare(figure)) { // none and all are exact, so they have no digits to round
      String format = value == 0 || value == 1 ? "%.0f %%" : "%.1f %%";
      return String.format(Locale.ROOT, format, value * 100);
    }
    return switch (figure.name()) {
      case "bytes_per_token", "flop_per_token", "device_bytes" -> prefixed(value);
      default -> number(value);
    };
  }

  /** With a decimal prefix: 12.3 M. */
  public static String prefixed(double value) {
    String[] prefixes = {"", " k", " M", " G", " T", " P"};
    int i = 0;
    double v = value;
    while (Math.abs(v) >= 999.5 && i < prefixes.length - 1) {
      v /= 1000;
      i++;
    }
    return number(v) + prefixes[i];
  }

  /** {@code 12.3 [11.9, 12.8]}, or the value alone where there is no interval. */
  public static String withInterval(Figure figure, Estimate e) {
    String value = value(figure, e.median());
    return hasInterval(e)
        ? "%s [%s, %s]".formatted(value, value(figure, e.lo()), value(figure, e.hi()))
        : value;
  }

  /** {@code 1.83×}. */
  public static String ratio(double value) {
    return Double.isNaN(value) ? NONE : number(value) + "×";
  }

  public static boolean hasInterval(Estimate e) {
    return Double.isFinite(e.lo()) && Double.isFinite(e.hi());
  }

  /** A figure's unit as people write it; the figures' own table keeps to ASCII. */
  public static String unit(Figure figure) {
    return figure.unit().replaceFirst("^us\\b", "µs");
  }

  /** Whether a figure is a part of one. */
  public static boolean isShare(Figure figure) {
    return switch (figure.name()) {
      case "acceptance_rate",
          "valid_share",
          "sequence_error_rate",
          "token_error_rate",
          "slo_share",
          "device_other_share" ->
          true;
      default -> false;
    };
  }
}
