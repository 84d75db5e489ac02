package org.decodebench.reports.jmh;

import java.util.Arrays;
import org.decodebench.core.kernel.ThreadPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What it costs to share work at all: a forward hands work to the other threads about ten times a
 * layer, so that in a small model microseconds here are a good part of a token.
 *
 * <p>The pool spins before it parks, so this benchmark shows it at its best: the next piece of work
 * comes at once. With more threads than cores it shows it at its worst.
 */
public class HandOffBenchmark extends Benchmarked {
  @Param({"1", "2"})
  public int threads;

  private ThreadPool pool;
  private final int[] calls = new int[64 * 16];

  // Made once: a lambda in the benchmark's body would be an allocation a call, unless the compiler
  // happens to see through it.
  private final ThreadPool.Work work = (part, parts) -> calls[part * 16]++;

  @Setup(Level.Trial)
  public void setUp() {
    pool = ThreadPool.of(threads);
    pool.run(work);
    for (int part = 0; part < threads; part++) {
      if (calls[part * 16] != 1) {
        throw new IllegalStateException("part " + part + " ran " + calls[part * 16] + " times");
      }
    }
    Arrays.fill(calls, 0);
  }

  @Benchmark
  public int handOff() {
    pool.run(work);
    return calls[0];
  }

  /** The same calls on this thread: the work itself is next to nothing. */
  @Benchmark
  public int callInTurn() {
    for (int part = 0; part < threads; part++) {
      work.run(part, threads);
    }
    return calls[0];
  }
}
