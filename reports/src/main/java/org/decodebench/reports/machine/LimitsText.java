package org.decodebench.reports.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.kernel.MachineLimits;

/** Limits for people, a figure a line. */
public final class LimitsText {
  private LimitsText() {}

  /** The lines. */
  public static List<String> of(Limits limits) {
    List<String> lines = new ArrayList<>();
    lines.add("machine " + limits.machineClass());
    lines.add("kernels " + limits.limits().kernels());
    lines.add("measured " + limits.measuredAt());
    for (MachineLimits.Bandwidth b : limits.limits().bandwidths()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "read_bandwidth %-6s %-10s %7.1f GB/s  (%s a thread)",
              b.level(),
              threads(b.threads()),
              b.bytesPerSecond() * 1e-9,
              size(b.bytes())));
    }
    for (MachineLimits.Peak p : limits.limits().peaks()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "multiply_add   %-6s %-10s %7.1f GFLOP/s",
              "f32",
              threads(p.threads()),
              p.flopsPerSecond() * 1e-9));
    }
    int all = limits.limits().peaks().getLast().threads();
    lines.add(
        String.format(
            Locale.ROOT,
            "balance %.1f FLOP/byte (%s: below it a product waits for memory)",
            limits.peak(all) / limits.bandwidth(all),
            threads(all)));
    return lines;
  }

  private static String threads(int n) {
    return n == 1 ? "1 thread" : n + " threads";
  }

  private static String size(long bytes) {
    return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : (bytes >> 20) + " MiB";
  }
}
