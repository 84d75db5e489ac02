package org.decodebench.reports.machine;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Comparator;
import java.util.List;
import org.decodebench.core.kernel.MachineLimits;

/**
 * The measured limits of a machine, as they are kept and printed.
 *
 * @param schemaVersion of the file
 * @param measuredAt UTC, ISO-8601
 * @param machineClass what must agree for limits to hold: CPU, cores, OS, architecture
 * @param java version of the JVM that measured
 * @param flags it was started with
 * @param limits what was found
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Limits(
    int schemaVersion,
    String measuredAt,
    String machineClass,
    String java,
    List<String> flags,
    MachineLimits limits) {

  /** Version that this build writes. */
  public static final int SCHEMA_VERSION = 1;

  /** Level of {@link MachineLimits.Bandwidth} that no cache holds. */
  public static final String MEMORY = "memory";

  /**
   * Read bandwidth from memory in bytes a second, of that many threads or of the nearest number
   * that was measured.
   */
  public double bandwidth(int threads) {
    return limits.bandwidths().stream()
        .filter(b -> b.level().equals(MEMORY))
        .min(Comparator.comparingInt(b -> Math.abs(b.threads() - threads)))
        .map(MachineLimits.Bandwidth::bytesPerSecond)
        .orElse(Double.NaN);
  }

  /**
   * Read bandwidth for data of that size that is read again and again: of the nearest cache that
   * holds it, else of memory. A small model's weights never come from memory.
   */
  public double bandwidth(int threads, double bytes) {
    return limits.bandwidths().stream()
        .filter(b -> !b.level().equals(MEMORY) && b.threads() == threads)
        // Each thread measured with half of its part of the cache.
        .filter(b -> bytes <= 2.0 * b.bytes() * threads)
        .mapToDouble(MachineLimits.Bandwidth::bytesPerSecond)
        .findFirst()
        .orElse(bandwidth(threads));
  }

  /** Multiply-add peak in FLOP a second, of that many threads or the nearest number. */
  public double peak(int threads) {
    return limits.peaks().stream()
        .min(Comparator.comparingInt(p -> Math.abs(p.threads() - threads)))
        .map(MachineLimits.Peak::flopsPerSecond)
        .orElse(Double.NaN);
  }
}
