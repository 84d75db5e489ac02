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

  /** What ran is known once the runtime says so. */
  static org.decodebench.reports.result.Environment.Runtime runtime(int threads, String backend) {
    return new org.decodebench.reports.result.Environment.Runtime(backend, null, 0, threads);
  }

  static int threads(int asked) {
    return asked;
  }

  static String backend(String asked) {
    return asked;
  }
}
