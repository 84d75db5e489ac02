package org.decodebench.core.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Whether a group of vector kernels has been compiled. Before the optimising compiler has seen to
 * them, the Vector API runs a thousand times slower than plain loops; so until then callers take
 * the plain form of the kernel, which does the same operations in the same order and gives the same
 * bits, while one background thread exercises the vector form. A first token then takes
 * milliseconds instead of seconds.
 */
final class WarmUp {
  private static final List<WarmUp> ALL = new ArrayList<>();
  private static final LinkedBlockingQueue<WarmUp> QUEUE = new LinkedBlockingQueue<>();

  /** An exercise takes microseconds when compiled, milliseconds before. */
  private static final long COMPILED_NANOS = 60_000;

  private static final int FAST_RUNS = 8;
  private static final int MOST_RUNS = 50_000;
  private static Thread thread;

  /** What {@link #force} said last, also of classes that are loaded later; null without. */
  private static Boolean forced;

  private final Runnable exercise;
  private boolean asked;
  private boolean ready;

  /**
   * @param exercise runs every kernel of the group in its vector form, on some ten thousand values
   */
  WarmUp(Runnable exercise) {
    this.exercise = exercise;
    synchronized (ALL) {
      ALL.add(this);
      // Where compilation is in the foreground, there is nothing to wait for.
      boolean warm = Boolean.getBoolean("decodebench.warm");
      asked = warm || forced != null;
      ready = forced == null ? warm : forced;
    }
  }

  /** Whether the vector form is fast by now. Unsynchronised: seen late, it costs time, not bits. */
  boolean isReady() {
    if (!ready && !asked) {
      ask();
    }
    return ready;
  }

  private void ask() {
    synchronized (ALL) {
      if (asked) {
        return;
      }
      asked = true;
      QUEUE.add(this);
      if (thread == null) {
        thread = new Thread(WarmUp::work, "decodebench-warm-up");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private static void work() {
    try {
      while (true) {
        QUEUE.take().exercise();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void exercise() {
    int fast = 0;
    for (int run = 0; run < MOST_RUNS && fast < FAST_RUNS; run++) {
      long start = System.nanoTime();
      exercise.run();
      if (System.nanoTime() - start < COMPILED_NANOS) {
        fast++;
      }
    }
    synchronized (ALL) {
      ready = true;
      ALL.notifyAll();
    }
  }

  /** Returns when all that was asked for is ready. */
  static void await() {
    synchronized (ALL) {
      while (ALL.stream().anyMatch(w -> w.asked && !w.ready)) {
        try {
          ALL.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** For tests: which form is taken from now on, also by kernels that nobody has used yet. */
  static void force(boolean ready) {
    synchronized (ALL) {
      forced = ready;
      for (WarmUp warmUp : ALL) {
        warmUp.asked = true;
        warmUp.ready = ready;
      }
    }
  }
}
