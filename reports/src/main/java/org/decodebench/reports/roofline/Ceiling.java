package org.decodebench.reports.roofline;

import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.reports.machine.Limits;

/**
 * The two limits of a machine.
 *
 * @param name for people
 * @param bytesPerSecond read bandwidth
 * @param flopPerSecond multiply-add peak
 */
public record Ceiling(String name, double bytesPerSecond, double flopPerSecond) {

  /** What a report predicts for where no other machine is asked for. */
  public static final Ceiling ACCELERATOR = parse("4.8 TB/s, 990 TFLOP/s");

  /** This machine, for weights of that many bytes: what a cache holds is read at its speed. */
  static Ceiling here(Limits limits, int threads, double weightBytes) {
    return new Ceiling(
        "this machine", limits.bandwidth(threads, weightBytes), limits.peak(threads));
  }

  /**
   * A machine described in words, for example {@code 4.8TB/s,990TFLOP/s}.
   *
   * @throws UsageException if it is not
   */
  public static Ceiling parse(String text) {
    String[] parts = text.split(",", -1);
    if (parts.length == 2) {
      double bytes = amount(parts[0], "B/s");
      double flop = amount(parts[1], "FLOP/s");
      if (bytes > 0 && flop > 0) {
        return new Ceiling(parts[0].strip() + ", " + parts[1].strip(), bytes, flop);
      }
    }
    throw new UsageException(
        "machine '%s': expected bandwidth and peak, for example 4.8TB/s,990TFLOP/s"
            .formatted(text));
  }

  /** NaN if it is no amount of that unit. */
  private static double amount(String text, String unit) {
    String all = text.strip().toLowerCase(Locale.ROOT);
    String tail = unit.toLowerCase(Locale.ROOT);
    if (!all.endsWith(tail)) {
      return Double.NaN;
    }
    String number = all.substring(0, all.length() - tail.length()).strip();
    double factor =
        switch (number.isEmpty() ? ' ' : number.charAt(number.length() - 1)) {
          case 'm' -> 1e6;
          case 'g' -> 1e9;
          case 't' -> 1e12;
          case 'p' -> 1e15;
          default -> 1;
        };
    try {
      return factor
          * Double.parseDouble(factor == 1 ? number : number.substring(0, number.length() - 1));
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
