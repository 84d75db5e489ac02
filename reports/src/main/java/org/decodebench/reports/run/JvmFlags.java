package org.decodebench.reports.run;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.model.RuntimeOptions;

/** How a JVM is started in which something is measured. Recorded with every result. */
public final class JvmFlags {
  /** What this JVM was asked for and its children must be too. */
  private static final List<String> PASSED_ON =
      List.of(
          RuntimeOptions.CACHE_PROPERTY,
          "decodebench.kernels",
          "decodebench.vectorBits",
          "decodebench.tornado.cudaGraphs");

  /** Bytes of the cache line of nearly every processor that has vectors. */
  static final String CACHE_LINES = "-XX:ObjectAlignmentInBytes=64";

  private static final String SMALL_PAGES = "-XX:-UseTransparentHugePages";

  private JvmFlags() {}

  /**
   * Flags of every measured JVM.
   *
   * <ul>
   *   <li>Huge pages, where the system grants them on request: reading gigabytes from pages of 4
   *       KiB is bound by address translation. {@code
   *       DECODEBENCH_JAVA_OPTS=-XX:-UseTransparentHugePages} does without, to see what they bring.
   *   <li>Arrays begin with a cache line: a vector that lies in two takes two loads, and where
   *       arrays begin would otherwise be drawn by lot for every process.
   *   <li>Weights are a few large arrays that live to the end: the heap may take most of the
   *       memory, and the young generation, through which little passes, stays small.
   *   <li>The type of the cache, the kernels and their width, where asked for.
   * </ul>
   */
  public static List<String> measured() {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=80",
                "-XX:MaxNewSize=32m",
                CACHE_LINES,
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "-Duser.language=en",
                "-Duser.timezone=UTC"));
    if (System.getProperty("os.name", "").equals("Linux")) {
      boolean small =
          ManagementFactory.getRuntimeMXBean().getInputArguments().contains(SMALL_PAGES);
      flags.add(small ? SMALL_PAGES : "-XX:+UseTransparentHugePages");
    }
    for (String property : PASSED_ON) {
      String value = System.getProperty(property);
      if (value != null) {
        flags.add("-D" + property + "=" + value);
      }
    }
    return List.copyOf(flags);
  }

  /** The same, and what a device's runtime needs if this JVM was started with it. */
  public static List<String> withDevice() {
    List<String> flags = new ArrayList<>();
    DeviceFlags device = DeviceFlags.ofThisJvm().orElse(null);
    if (device != null) {
      flags.addAll(device.arguments());
    }
    flags.addAll(ChildJvm.flags(List.of(), java.util.Optional.ofNullable(device)));
    return flags;
  }

  /** Whether this JVM was started with a device's runtime. */
  public static boolean onDevice() {
    return DeviceFlags.ofThisJvm().isPresent();
  }

  /** The class path of this JVM with absolute entries, for a child that starts elsewhere. */
  public static String classPath() {
    String separator = java.io.File.pathSeparator;
    return String.join(
        separator,
        java.util.Arrays.stream(System.getProperty("java.class.path").split(separator))
            .map(p -> java.nio.file.Path.of(p).toAbsolutePath().toString())
            .toList());
  }
}
