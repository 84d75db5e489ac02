package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;

/** A forward allocates nothing once its buffers have grown and its kernels are compiled. */
class AllocationTest {
  private static final int MEASURED = 50;

  /** Compilation happens in the background; on a busy machine it comes late. */
  private static final long MOST_NANOS = 120_000_000_000L;

  @Test
  void forwardAllocatesNothingAfterWarmUp() {
    CpuTransformer model =
        CpuTransformerTest.model(
            new RandomWeights(RandomWeights.llama(), DType.BF16, false, 2), 1, Backend.VECTOR);
    Session session = model.open(40, 1);
    session.forward(CpuTransformerTest.tokens(1, 20), 0, Attention.CAUSAL, Run.none());
    session.commit(0, 20);
    int[] one = {4};
    int[] several = CpuTransformerTest.tokens(2, 9);
    List<Run> step = List.of(new Run(0, one, 20, Attention.CAUSAL, Run.last(1)));
    List<Run> wide = List.of(new Run(0, several, 20, new Attention.Bidirectional(29), Run.all(9)));
    for (List<Run> runs : List.of(step, wide)) {
      long allocated = Long.MAX_VALUE;
      long start = System.nanoTime();
      while (allocated > 0 && System.nanoTime() - start < MOST_NANOS) {
        allocated = allocatedBy(session, runs);
      }
      // Until the compiler has been round, vectors are boxed; on an overloaded machine it may never
      // get its turn.
      assumeTrue(
          allocated == 0 || !overloaded(),
          "the machine is overloaded: the code was not compiled in time, so allocation says nothing");
      assertEquals(0, allocated, "bytes in " + MEASURED + " forwards");
    }
  }

  private static boolean overloaded() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return system.getSystemLoadAverage() > 2.0 * system.getAvailableProcessors();
  }

  private static long allocatedBy(Session session, List<Run> runs) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertTrue(threads.isThreadAllocatedMemoryEnabled());
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < MEASURED; i++) {
      session.forward(runs);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
