package org.decodebench.core.kernel;

import org.decodebench.core.model.RuntimeOptions.Backend;

/**
 * What a machine can do at this moment: the two limits of {@link MachineLimits} in probes of some
 * milliseconds, to be taken before and after whatever is held against them. A virtual machine whose
 * neighbours share its cores may do half of in one second what it does in the next; the best rates
 * that it ever showed say little of the second in which something was measured.
 */
public final class Gauge {
  private static final long NANOS = 8_000_000;
  private static final int STEPS = 1 << 14;

  /** Floats in a cache line. */
  private static final int LINE = 16;

  /** Floats that a thread reads at a time. */
  private static final int WINDOW = 1 << 22;

  private final Probe probe;
  private final ThreadPool pool;
  private final float[] values;
  private final int window;
  private int from = Matrix.LEAD;
  private float sink;

  /** Read bandwidth and multiply-add rate; a multiply-add counts as two. */
  public record Rates(double bytesPerSecond, double flopPerSecond) {

    /** Halfway to later ones. */
    public Rates mean(Rates later) {
      return new Rates(
          (bytesPerSecond + later.bytesPerSecond) / 2, (flopPerSecond + later.flopPerSecond) / 2);
    }
  }

  private Gauge(Probe probe, ThreadPool pool, float[] values) {
    this.probe = probe;
    this.pool = pool;
    this.values = values;
    window = Math.min(WINDOW, (values.length - Matrix.LEAD) / pool.threads() & -LINE);
  }

  /**
   * @param threads 0 for all cores
   * @param bytes that are read over and over: those of the weights, so that they come from where
   *     the weights do; no more than it takes to pass every cache
   */
  public static Gauge of(int threads, long bytes) {
    Kernels kernels = KernelsProvider.choose(Backend.AUTO);
    Probe probe = kernels instanceof ScalarKernels ? new Probe.Scalar() : new VectorProbe();
    ThreadPool pool = ThreadPool.of(threads);
    long floats = Math.min(bytes, MachineLimits.memoryBytes()) / Float.BYTES;
    int size = (int) Math.max(floats, 1024L * pool.threads());
    Gauge gauge = new Gauge(probe, pool, new float[Matrix.LEAD + size]);
    MachineLimits.warmUp(probe, gauge.values);
    return gauge;
  }

  /** Takes about {@value #NANOS} nanoseconds for each of the two. */
  public Rates read() {
    int threads = pool.threads();
    double bytes =
        rate(
            (part, parts) -> {
              int at = from + part * window;
              sink += probe.read(values, at, at + window);
            },
            (double) Float.BYTES * window * threads);
    double flop =
        rate(
            (part, parts) -> sink += probe.multiplyAdd(STEPS),
            2.0 * probe.multiplyAdds() * STEPS * threads);
    return new Rates(bytes, flop);
  }

  /** Amount a second. */
  private double rate(ThreadPool.Work work, double amount) {
    long start = System.nanoTime();
    double done = 0;
    long now;
    do {
      pool.run(work);
      done += amount;
      advance();
      now = System.nanoTime();
    } while (now - start < NANOS);
    return done / ((now - start) * 1e-9);
  }

  /** To the next stretch of the values, so that a cache holds nothing that memory should bring. */
  private void advance() {
    int stretch = window * pool.threads();
    from = from + 2 * stretch <= values.length ? from + stretch : Matrix.LEAD;
  }
}
