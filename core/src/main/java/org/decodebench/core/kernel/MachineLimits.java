package org.decodebench.core.kernel;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.decodebench.core.model.RuntimeOptions.Backend;

/**
 * What this machine can do at most, measured with the instructions that the kernels use: the two
 * ceilings of a roofline (Williams et al. 2009).
 *
 * @param kernels whose loops were measured, see {@link Kernels#name}
 * @param bandwidths read bandwidth by level and number of threads, nearest level first
 * @param peaks multiply-add rate by number of threads
 */
public record MachineLimits(String kernels, List<Bandwidth> bandwidths, List<Peak> peaks) {

  /**
   * @param level {@code L1}, {@code L2}, {@code L3} or {@code memory}
   * @param bytes read over and over by each thread
   */
  public record Bandwidth(String level, long bytes, int threads, double bytesPerSecond) {}

  /**
   * @param flopsPerSecond in single precision; a multiply-add counts as two
   */
  public record Peak(int threads, double flopsPerSecond) {}

  private static final Duration USUAL = Duration.ofMillis(120);
  private static final long LEAST_MEMORY = 256L << 20;
  private static final long MOST_MEMORY = 1L << 30;
  private static final int PASSES = 3;

  /** How much faster than its first call a loop is once it is compiled, and by when it must be. */
  private static final int COMPILED = 20;

  private static final int COMPILED_BY = 25;

  /** How much faster than memory a cache is at least. */
  private static final double FASTER = 1.3;

  /** Measures with 1, 2, 4… up to {@code threads} threads (0: all cores); takes a few seconds. */
  public static MachineLimits measure(int threads) {
    return measure(threads, USUAL, memoryBytes());
  }

  static MachineLimits measure(int threads, Duration each, long memoryBytes) {
    Kernels kernels = KernelsProvider.choose(Backend.AUTO);
    Probe probe = kernels instanceof ScalarKernels ? new Probe.Scalar() : new VectorProbe();
    return new Run(probe, each, new float[Matrix.LEAD + (int) (memoryBytes / Float.BYTES)])
        .measure(kernels.name(), threads == 0 ? ThreadPool.physicalCores() : threads);
  }

  private static float sink;

  /** Until both loops are compiled, which on a busy machine takes its time. */
  static void warmUp(Probe probe, float[] values) {
    warmUp(() -> sink += probe.read(values, 0, Math.min(values.length, 1 << 14)));
    warmUp(() -> sink += probe.multiplyAdd(1 << 10));
  }

  private static void warmUp(Runnable loop) {
    long start = System.nanoTime();
    long first = 0;
    long least = Long.MAX_VALUE;
    for (long now = start; now - start < COMPILED_BY * USUAL.toNanos(); ) {
      loop.run();
      long end = System.nanoTime();
      first = first == 0 ? end - now : first;
      least = Math.min(least, end - now);
      if (end - start > USUAL.toNanos() && least < first / COMPILED) {
        return;
      }
      now = end;
    }
  }

  /** The best rate is the limit: anything slower was disturbed. */
  private record Run(Probe probe, Duration each, float[] values) {

    /** Of the values, which begin where weights do. */
    private long bytes() {
      return 4L * (values.length - Matrix.LEAD);
    }

    MachineLimits measure(String name, int threads) {
      TreeSet<Integer> counts = new TreeSet<>(List.of(threads));
      for (int n = 1; n < threads; n *= 2) {
        counts.add(n);
      }
      warmUp(probe, values);
      List<Bandwidth> bandwidths = new ArrayList<>();
      levels(threads)
          .forEach((bytes, level) -> {
            for (int n : counts) {
              bandwidths.add(new Bandwidth(level, bytes, n, bandwidth(bytes, n)));
            }
          });
      for (int n : counts) {
        long share = bytes() / n & -64;
        bandwidths.add(new Bandwidth("memory", share, n, bandwidth(share, n)));
      }
      return new MachineLimits(
          name, bandwidths, counts.stream().map(n -> new Peak(n, peak(n))).toList());
    }

    /**
     * A virtual machine is told of a whole package's cache, of which its cores may reach a part:
     * half of the largest size that is read clearly faster than memory, 0 if there is none.
     */
    private long reached(long bytes, long least, int threads) {
      double memory = bandwidth(bytes() / threads, threads);
      for (long size = bytes; size > least; size = size / 2 & -1024) {
        if (size * threads <= bytes() && bandwidth(size, threads) > FASTER * memory) {
          return size == bytes ? size : Math.max(least + 1024, size / 2 & -1024);
        }
      }
      return 0;
    }

    private double bandwidth(long bytes, int threads) {
      int size = (int) (bytes / Float.BYTES);
      int rounds = (int) Math.max(1, (1L << 24) / bytes);
      ThreadPool.Work work =
          (part, parts) -> {
            for (int round = 0; round < rounds; round++) {
              int from = Matrix.LEAD + part * size;
              sink += probe.read(values, from, from + size);
            }
          };
      return best(threads, work, (double) bytes * rounds * threads);
    }

    private double peak(int threads) {
      int steps = 1 << 18;
      ThreadPool.Work work = (part, parts) -> sink += probe.multiplyAdd(steps);
      return best(threads, work, 2.0 * probe.multiplyAdds() * steps * threads);
    }

    /** Amount a second. */
    private double best(int threads, ThreadPool.Work work, double amount) {
      ThreadPool pool = ThreadPool.of(threads);
      long least = Long.MAX_VALUE;
      long end = System.nanoTime() + each.toNanos();
      for (int pass = 0; pass < PASSES || System.nanoTime() < end; pass++) {
        long start = System.nanoTime();
        pool.run(work);
        least = Math.min(least, System.nanoTime() - start);
      }
      return amount / (least * 1e-9);
    }

    /** Half of each data cache, of a shared one each thread's part, as far as it tells levels. */
    private TreeMap<Long, String> levels(int threads) {
      TreeMap<Long, String> levels = new TreeMap<>();
      long inner = 0;
      for (Cache cache : caches()) {
        long bytes = cache.bytes / (cache.shared ? 2L * threads : 2) & -1024;
        bytes = cache.shared ? reached(bytes, 2 * inner, threads) : bytes;
        if (bytes > 2 * inner && bytes * threads <= bytes()) {
          levels.put(bytes, "L" + cache.level);
        }
        inner = cache.bytes;
      }
      return levels;
    }
  }

  private record Cache(int level, long bytes, boolean shared) {}

  /** {@code _SC_LEVEL1_DCACHE_SIZE} of Linux's C library; the next level's is three higher. */
  private static final int LEVEL1_SIZE = 188;

  /** As the C library knows from the processor itself; shared from the third level on. */
  private static List<Cache> cachesOfLibrary() {
    List<Cache> caches = new ArrayList<>();
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return caches;
    }
    try {
      Linker linker = Linker.nativeLinker();
      MethodHandle sysconf =
          linker.downcallHandle(
              linker.defaultLookup().find("sysconf").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
      for (int level = 1; level <= 3; level++) {
        long bytes = (long) sysconf.invokeExact(LEVEL1_SIZE + 3 * (level - 1));
        if (bytes > 0) {
          caches.add(new Cache(level, bytes, level > 2));
        }
      }
    } catch (Throwable e) {
      caches.clear(); // a system without that function: memory alone is measured
    }
    return caches;
  }

  /** Data caches of the first core, nearest first; none where the system does not tell. */
  private static List<Cache> caches() {
    List<Cache> caches = new ArrayList<>();
    for (int i = 0; ; i++) {
      Path folder = Path.of("/sys/devices/system/cpu/cpu0/cache/index" + i);
      try {
        if (!Files.readString(folder.resolve("type")).strip().equals("Instruction")) {
          String size = Files.readString(folder.resolve("size")).strip();
          int level = Integer.parseInt(Files.readString(folder.resolve("level")).strip());
          String cpus = Files.readString(folder.resolve("shared_cpu_list")).strip();
          long unit = size.endsWith("K") ? 1 << 10 : size.endsWith("M") ? 1 << 20 : 1;
          caches.add(
              new Cache(
                  level,
                  Long.parseLong(size.replaceAll("\\D", "")) * unit,
                  level > 2 && cpus.matches(".*[-,].*")));
        }
      } catch (IOException | NumberFormatException e) {
        return caches.isEmpty() ? cachesOfLibrary() : caches;
      }
    }
  }

  /** Several times the last cache, as far as the heap has room. */
  static long memoryBytes() {
    long last = caches().stream().mapToLong(Cache::bytes).max().orElse(0);
    long free = Runtime.getRuntime().maxMemory() / 3;
    return Math.min(Math.min(Math.max(LEAST_MEMORY, 4 * last), free), MOST_MEMORY) & -4096;
  }
}
