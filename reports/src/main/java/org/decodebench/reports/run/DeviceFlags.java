package org.decodebench.reports.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;

/**
 * Flags of a JVM that may run TornadoVM. The launcher puts them into an argument file and names it
 * in a property; child JVMs get the same, so that a CPU setting beside a device's is a control
 * under the same flags.
 *
 * @param arguments the argument file, for the command line
 * @param recorded what of it may change how the JVM behaves: without the modules' exports
 */
record DeviceFlags(List<String> arguments, List<String> recorded) {
  private static final Pattern COLLECTOR = Pattern.compile("-XX:\\+Use\\w+GC");
  private static final String PROPERTY = "decodebench.tornado.args";

  /** Of this JVM, if it was started with them. */
  static Optional<DeviceFlags> ofThisJvm() {
    String file = System.getProperty(PROPERTY, "");
    return file.isEmpty() ? Optional.empty() : Optional.of(read(Path.of(file)));
  }

  static DeviceFlags read(Path file) {
    List<String> recorded = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith("-XX:") || line.equals("--enable-preview")) {
          recorded.add(line.strip());
        }
      }
    } catch (IOException e) {
      throw new UsageException(
          "%s: TornadoVM's flags cannot be read (%s); start ./decodebench again"
              .formatted(file, e.getMessage()),
          e);
    }
    String device = System.getProperty(RuntimeOptions.DEVICE_PROPERTY, "");
    if (!device.isEmpty()) {
      recorded.add("-D" + RuntimeOptions.DEVICE_PROPERTY + "=" + device);
    }
    return new DeviceFlags(List.of("@" + file), List.copyOf(recorded));
  }

  /** Adds them to flags, whose choice of a collector they replace. */
  void over(List<String> flags) {
    if (recorded.stream().anyMatch(f -> COLLECTOR.matcher(f).matches())) {
      flags.removeIf(f -> COLLECTOR.matcher(f).matches());
    }
    flags.remove(JvmFlags.CACHE_LINES); // not tried with a device's runtime
    flags.addAll(recorded);
  }
}
