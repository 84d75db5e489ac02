package org.decodebench.reports.cli;

import org.decodebench.core.UsageException;

/** Checks of single options. */
final class Arguments {
  private Arguments() {}

  static int atLeast(String option, int value, int least) {
    if (value < least) {
      throw new UsageException(
          "%s %d: expected a whole number from %d up".formatted(option, value, least));
    }
    return value;
  }
}
