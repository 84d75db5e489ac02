package org.decodebench.reports.run;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * How busy the JVM's own threads are. While its compilers work, they take processor time from the
 * decode, and what they bring is still to come; rounds may be level and slow until they are done.
 */
final class CompilerLoad {
  /** Share of one core that counts as idle. */
  private static final double IDLE = 0.15;

  /** Time over which the share is taken. */
  private static final long WINDOW_NANOS = 300_000_000;

  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private final java.util.ArrayDeque<long[]> readings = new java.util.ArrayDeque<>();

  /** Takes a reading. Said idle: the JVM's threads used less than a sixth of a core of late. */
  boolean idle() {
    long cpu = process.getProcessCpuTime();
    if (cpu < 0 || !threads.isThreadCpuTimeSupported()) {
      return true; // this system does not say
    }
    long now = System.nanoTime();
    readings.add(new long[] {now, cpu - ofJavaThreads()});
    // Keep one reading that is older than the window.
    while (readings.size() > 2 && now - secondOldest()[0] >= WINDOW_NANOS) {
      readings.remove();
    }
    long[] from = readings.peek();
    long[] to = readings.peekLast();
    return to[0] - from[0] >= WINDOW_NANOS && to[1] - from[1] <= IDLE * (to[0] - from[0]);
  }

  private long[] secondOldest() {
    return readings.stream().skip(1).findFirst().orElseThrow();
  }

  private long ofJavaThreads() {
    return Arrays.stream(threads.getThreadCpuTime(threads.getAllThreadIds()))
        .filter(t -> t > 0) // a thread that ended meanwhile says -1
        .sum();
  }
}
