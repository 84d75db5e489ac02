package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.reports.stats.Stats;

/**
 * A fixed piece of work in plain Java, timed beside every measurement. No change of DecodeBench's
 * own code makes it faster or slower, so when it changes, the machine did: its clock, its
 * neighbours, its memory. The work is never to be altered: that would start a new ruler, and every
 * history would read the difference as a change of machine.
 *
 * <p>It asks for what decoding asks for, on as many threads: multiply-adds on what the nearest
 * cache holds, and a pass over more than the middle caches hold.
 */
final class Ruler {
  private static final int SIDE = 48;
  private static final int PRODUCTS = 40;
  private static final int STREAM = 1 << 20; // floats: 4 MiB a thread

  /** Pieces before the first that counts: the compilers are done with it after far fewer. */
  private static final int WARM_UP = 25;

  /** Each has memory of its own; more would tell no more. */
  private static final int MOST_THREADS = 8;

  private static final int PIECES = 8;

  private final int threads;
  private final float[][] streams;
  private final float[][] matrices;
  private final List<Double> seconds = new ArrayList<>();

  Ruler(int threads) {
    this.threads = Math.clamp(threads, 1, MOST_THREADS);
    streams = new float[this.threads][STREAM];
    matrices = new float[this.threads][SIDE * SIDE];
    for (int t = 0; t < this.threads; t++) {
      fill(streams[t]);
      fill(matrices[t]);
    }
    for (int i = 0; i < WARM_UP; i++) {
      work(0);
    }
  }

  private static void fill(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (i % 97) * 0.01f - 0.4f;
    }
  }

  /** Takes some pieces' times. */
  void read() {
    for (int i = 0; i < PIECES; i++) {
      seconds.add(piece());
    }
  }

  /**
   * Pieces of work a second, by the piece that a quarter were faster than: what disturbs makes
   * pieces slower, never faster. NaN if none was timed.
   */
  double perSecond() {
    return seconds.isEmpty()
        ? Double.NaN
        : 1 / Stats.quantile(0.25, seconds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** All threads do the same work; the slowest ends the piece, as it ends a forward. */
  private double piece() {
    Thread[] others = new Thread[threads - 1];
    long start = System.nanoTime();
    for (int t = 1; t < threads; t++) {
      int mine = t;
      others[t - 1] = Thread.ofPlatform().name("ruler-" + t).start(() -> work(mine));
    }
    work(0);
    for (Thread other : others) {
      join(other);
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(int thread) {
    float sum = multiply(matrices[thread]) + sum(streams[thread]);
    streams[thread][0] = sum * 1e-9f; // used, so that no compiler leaves the work out
  }

  private static float multiply(float[] m) {
    float all = 0;
    for (int product = 0; product < PRODUCTS; product++) {
      for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
          float dot = product;
          for (int k = 0; k < SIDE; k++) {
            dot += m[i * SIDE + k] * m[j * SIDE + k];
          }
          all += dot;
        }
      }
    }
    return all;
  }

  private static float sum(float[] values) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i < values.length; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    return a + b + c + d;
  }
}
