package org.decodebench.reports.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Energy counters of the CPU packages (Linux powercap). Most containers and all virtual machines
 * hide them.
 */
final class Rapl {
  private final List<Path> packages;

  private Rapl(List<Path> packages) {
    this.packages = packages;
  }

  static Rapl find() {
    Path root = Path.of("/sys/class/powercap");
    if (!Files.isDirectory(root)) {
      return new Rapl(List.of());
    }
    try (Stream<Path> zones = Files.list(root)) {
      return new Rapl(
          zones
              .filter(z -> z.getFileName().toString().matches("intel-rapl:\\d+"))
              .filter(z -> Files.isReadable(z.resolve("energy_uj")))
              .toList());
    } catch (IOException e) {
      return new Rapl(List.of());
    }
  }

  /** Microjoules so far, each package's; empty where unknown. */
  long[] read() {
    return packages.stream().mapToLong(p -> number(p.resolve("energy_uj"))).toArray();
  }

  /** Joules between two readings; a counter that wrapped is unrolled. NaN where unknown. */
  double joules(long[] before, long[] after) {
    if (before.length == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (int i = 0; i < before.length; i++) {
      long spent = after[i] - before[i];
      sum += spent >= 0 ? spent : spent + number(packages.get(i).resolve("max_energy_range_uj"));
    }
    return sum * 1e-6;
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
