package org.decodebench.reports.compare;

import org.decodebench.core.UsageException;

/** Shares as users write them. */
public final class Shares {
  private Shares() {}

  /**
   * {@code 5%} or {@code 0.05}.
   *
   * @throws UsageException if it is neither, or not between 0 and 10 (1000 %)
   */
  public static double parse(String option, String text) {
    String plain = text.strip();
    boolean percent = plain.endsWith("%");
    try {
      double value = Double.parseDouble(percent ? plain.substring(0, plain.length() - 1) : plain);
      double share = percent ? value / 100 : value;
      if (share >= 0 && share <= 10) {
        return share;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new UsageException(
        "%s: '%s' is no share; write for example 5%% or 0.05".formatted(option, text));
  }
}
