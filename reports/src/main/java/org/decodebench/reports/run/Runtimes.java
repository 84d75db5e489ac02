package org.decodebench.reports.run;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Environment;

/** What runs, as against what was asked for. */
final class Runtimes {
  static final String TORNADO = "tornado";

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
    return asked.equals(TORNADO)
        ? asked
        : KernelsProvider.choose(RuntimeOptions.Backend.valueOf(asked.toUpperCase(Locale.ROOT)))
            .name();
  }

  /**
   * @param backends asked for, the first one's first
   */
  static Environment.Runtime runtime(int threads, List<String> backends) {
    String first = backend(backends.getFirst());
    int bits =
        first.startsWith("vector-") ? Integer.parseInt(first.substring("vector-".length())) : 0;
    String kernels =
        backends.stream().distinct().map(Runtimes::described).collect(Collectors.joining("; "));
    return new Environment.Runtime(first.replaceFirst("-.*", ""), kernels, bits, threads(threads));
  }

  private static String described(String asked) {
    if (!asked.equals(TORNADO)) {
      return backend(asked);
    }
    BackendProvider.Device device = device();
    return "tornado on %s (%s, %s, %d MiB)"
        .formatted(device.name(), device.id(), device.driver(), device.memoryBytes() >> 20);
  }

  /**
   * The device that this JVM's models run on.
   *
   * @throws UsageException if there is no SDK, no driver, or no device of this name
   */
  static BackendProvider.Device device() {
    String id = System.getProperty(RuntimeOptions.DEVICE_PROPERTY, "");
    List<BackendProvider.Device> devices =
        BackendProvider.of(RuntimeOptions.Backend.TORNADO).devices();
    return devices.stream()
        .filter(d -> id.isEmpty() || d.id().equals(id))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "no device '%s'; decodebench devices lists those there are".formatted(id)));
  }
}
