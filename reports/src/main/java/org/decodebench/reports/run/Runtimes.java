package org.decodebench.reports.run;

import java.util.Locale;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Environment;

/** What runs, as against what was asked for. */
final class Runtimes {
  private Runtimes() {}

  static RuntimeOptions options(int threads, String backend) {
    return new RuntimeOptions(
        threads, RuntimeOptions.Backend.valueOf(backend.toUpperCase(Locale.ROOT)));
  }

  static int threads(int asked) {
    return asked == 0 ? ThreadPool.physicalCores() : asked;
  }

  /** For example {@code vector-512}: implementation and width in bits. */
  static String backend(String asked) {
    return asked.equals("tornado")
        ? asked
        : KernelsProvider.choose(RuntimeOptions.Backend.valueOf(asked.toUpperCase(Locale.ROOT)))
            .name();
  }

  static Environment.Runtime runtime(int threads, String backend) {
    String kernels = backend(backend);
    int bits =
        kernels.startsWith("vector-") ? Integer.parseInt(kernels.substring("vector-".length())) : 0;
    return new Environment.Runtime(
        kernels.replaceFirst("-.*", ""), kernels, bits, threads(threads));
  }
}
