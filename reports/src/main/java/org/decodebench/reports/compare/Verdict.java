package org.decodebench.reports.compare;

import java.util.Locale;

/** What a comparison came to. */
public enum Verdict {
  /** Worse by more than the threshold, with confidence. */
  REGRESSED,
  /** Better by more than the threshold, with confidence. */
  IMPROVED,
  /** The whole interval lies within the threshold. */
  UNCHANGED,
  /** The interval is too wide to say, or there is none. */
  UNDECIDED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
