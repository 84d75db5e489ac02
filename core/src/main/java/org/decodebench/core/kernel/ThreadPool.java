package org.decodebench.core.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of threads that share one piece of work at a time, the caller being one of them. A
 * hand-off costs about a microsecond while the workers spin; after a short while without work they
 * park. Which part of the work a thread does depends on nothing but its number. Nothing is
 * allocated.
 */
public final class ThreadPool {

  /** Work that can be done in parts. */
  @FunctionalInterface
  public interface Work {
    /** Does part {@code part} of {@code parts}. */
    void run(int part, int parts);
  }

  private static final long SPIN_NANOS = 100_000;
  private static final Map<Integer, ThreadPool> POOLS = new ConcurrentHashMap<>();

  private final int threads;
  private final Worker[] workers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private Work work;
  private volatile long epoch;

  private ThreadPool(int threads) {
    this.threads = threads;
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /**
   * The pool of that many threads; models that use the same number share it, so that a draft and
   * its target do not spin against each other.
   *
   * @param threads the caller included; 0 for one a physical core
   */
  public static ThreadPool of(int threads) {
    return POOLS.computeIfAbsent(threads == 0 ? physicalCores() : threads, ThreadPool::new);
  }

  public int threads() {
    return threads;
  }

  /** First of {@code n} units that part {@code part} does; it ends where the next part begins. */
  public static int split(int n, int part, int parts) {
    return (int) ((long) n * part / parts);
  }

  /**
   * Runs all parts and returns when all are done. While another caller's work is in progress the
   * parts run one after another on this thread: a split never changes a result.
   */
  public void run(Work work) {
    if (workers.length == 0 || !busy.compareAndSet(false, true)) {
      for (int part = 0; part < threads; part++) {
        work.run(part, threads);
      }
      return;
    }
    try {
      this.work = work;
      long now = epoch + 1;
      epoch = now;
      for (Worker worker : workers) {
        if (worker.parked) {
          LockSupport.unpark(worker);
        }
      }
      try {
        work.run(0, threads);
      } finally {
        finish(now);
      }
      rethrow();
    } finally {
      this.work = null;
      busy.set(false);
    }
  }

  /**
   * Does the parts of workers that have not begun, and waits for the others: a worker that sleeps,
   * or has lost its core to someone else, costs no more than its share of the work.
   */
  private void finish(long now) {
    for (Worker worker : workers) {
      if (worker.claim(now)) {
        worker.perform(now);
      }
    }
    for (Worker worker : workers) {
      for (int spins = 0; worker.done != now; spins++) {
        if (spins < 10_000) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    }
  }

  private void rethrow() {
    for (Worker worker : workers) {
      Throwable failure = worker.failure;
      if (failure != null) {
        worker.failure = null;
        throw new IllegalStateException("a worker failed", failure);
      }
    }
  }

  /** Cores that this process may use, hyper-threads of a core counted once. */
  public static int physicalCores() {
    int available = Runtime.getRuntime().availableProcessors();
    Set<String> cores = new HashSet<>();
    for (int cpu = 0; ; cpu++) {
      Path topology = Path.of("/sys/devices/system/cpu/cpu" + cpu, "topology", "core_cpus_list");
      try {
        cores.add(Files.readString(topology));
      } catch (IOException e) {
        return cores.isEmpty() ? available : Math.min(available, cores.size());
      }
    }
  }

  private final class Worker extends Thread {
    private final int part;

    /** The last piece of work whose part of this worker someone has begun. */
    private final AtomicLong claimed = new AtomicLong();

    volatile boolean parked;
    volatile long done;
    volatile Throwable failure;

    Worker(int part) {
      super("decodebench-" + part);
      this.part = part;
      setDaemon(true);
    }

    @Override
    public void run() {
      for (long seen = 0; ; ) {
        seen = next(seen);
        if (claim(seen)) {
          perform(seen);
        }
      }
    }

    /** Whether the caller may do this part of this piece of work, and nobody else. */
    boolean claim(long now) {
      return claimed.compareAndSet(now - 1, now);
    }

    void perform(long now) {
      try {
        work.run(part, threads);
      } catch (Throwable e) {
        failure = e;
      }
      done = now;
    }

    /** Waits for another piece of work than the last one seen. */
    private long next(long seen) {
      long start = System.nanoTime();
      for (int spins = 1; epoch == seen; spins++) {
        Thread.onSpinWait();
        if ((spins & 63) == 0 && System.nanoTime() - start > SPIN_NANOS) {
          parked = true;
          // The caller reads parked after it has set epoch, so one of the two sees the other.
          while (epoch == seen) {
            LockSupport.park(this);
          }
          parked = false;
        }
      }
      return epoch;
    }
  }
}
