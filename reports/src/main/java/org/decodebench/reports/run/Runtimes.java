package org.decodebench.reports.run;

import java.util.Locale;
import org.decodebench.core.model.RuntimeOptions;

/** What runs, as against what was asked for. */
final class Runtimes {
  private Runtimes() {}

  static RuntimeOptions options(int threads, String backend) {
    return new RuntimeOptions(
        threads, RuntimeOptions.Backend.valueOf(backend.toUpperCase(Locale.ROOT)));
  }

  static int threads(int asked) {
    return asked;
  }

  static String backend(String asked) {
    return asked;
  }
}
