package org.decodebench.reports.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.run.JvmFlags;
import org.decodebench.reports.run.Machines;
import tools.jackson.core.JacksonException;

/**
 * Limits of machines that were measured before, a file each: {@code DECODEBENCH_CACHE}, {@code
 * XDG_CACHE_HOME/decodebench} or {@code ~/.cache/decodebench}.
 */
public final class LimitsCache {
  private static final int SECONDS = 120;

  /** How limits are measured: one more with every change that may change them. */
  private static final String METHOD = "2";

  private final Path folder;
  private final String machineClass;

  LimitsCache(Path folder, String machineClass) {
    this.folder = folder;
    this.machineClass = machineClass;
  }

  /** The cache of this user, for this machine. */
  public static LimitsCache ofUser() {
    return new LimitsCache(folder(System.getenv()), Machines.describe().machineClass());
  }

  static Path folder(Map<String, String> environment) {
    String own = environment.getOrDefault("DECODEBENCH_CACHE", "");
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return !own.isBlank()
        ? Path.of(own)
        : (xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg))
            .resolve("decodebench");
  }

  /** Where the limits for that many threads are kept (0: one a physical core). */
  public Path file(int threads) {
    String key =
        String.join("\n", METHOD, machineClass, version(), String.join(" ", JvmFlags.measured()));
    return folder.resolve(
        "machine-%08x%s.json".formatted(key.hashCode(), threads == 0 ? "" : "-t" + threads));
  }

  private static String version() {
    return Runtime.version().toString();
  }

  /** What was measured before under the same conditions; nothing if that cannot be read. */
  public Optional<Limits> find(int threads) {
    Path file = file(threads);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      Limits limits = Json.LINES.readValue(Files.readString(file), Limits.class);
      boolean same =
          limits.schemaVersion() == Limits.SCHEMA_VERSION
              && machineClass.equals(limits.machineClass())
              && limits.limits() != null;
      return Optional.of(limits).filter(l -> same);
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * Measures in a JVM started as those in which decoders are measured, which takes a few seconds,
   * and keeps the result; where nothing can be kept, it is measured again next time.
   */
  public Limits measure(int threads) throws InterruptedException {
    MachineLimits found =
        Json.LINES.readValue(
            MeasuringJvm.ask(LimitsMain.class, List.of(Integer.toString(threads)), SECONDS),
            MachineLimits.class);
    Limits limits =
        new Limits(
            Limits.SCHEMA_VERSION,
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            machineClass,
            version(),
            JvmFlags.measured(),
            found);
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, ".machine", ".part");
      Files.writeString(part, Json.INDENTED.writeValueAsString(limits) + "\n");
      Files.move(
          part, file(threads), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      System.err.println("decodebench: cannot keep the limits in " + folder + ": " + e);
    }
    return limits;
  }
}
