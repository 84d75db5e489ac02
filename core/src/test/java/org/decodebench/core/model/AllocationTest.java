package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;

/** A forward allocates nothing once its buffers have grown and its kernels are compiled. */
class AllocationTest {

  /**
   * Vectors are objects until the compiler has removed them, and whether it does depends on what
   * else ran in the JVM (profiles shared with other tests, coverage probes) and on when its threads
   * got a turn. So the question is asked of a JVM of its own that compiles in the foreground.
   */
  @Test
  void forwardAllocatesNothingAfterWarmUp() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xbatch",
            "-Xmx512m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Forwards.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    List<String> figures = output.lines().filter(line -> line.startsWith("bytes ")).toList();
    assertEquals(List.of("bytes 0 width 1", "bytes 0 width 9"), figures, output);
  }

  /** Prints the bytes allocated by forwards of two widths after warm-up. */
  static final class Forwards {
    private static final int MEASURED = 50;
    private static final int MOST_ROUNDS = 2000;

    public static void main(String[] args) {
      CpuTransformer model =
          CpuTransformerTest.model(
              new RandomWeights(RandomWeights.llama(), DType.BF16, false, 2), 1, Backend.VECTOR);
      Session session = model.open(40, 1);
      session.forward(CpuTransformerTest.tokens(1, 20), 0, Attention.CAUSAL, Run.none());
      session.commit(0, 20);
      int[] one = {4};
      int[] several = CpuTransformerTest.tokens(2, 9);
      List<Run> step = List.of(new Run(0, one, 20, Attention.CAUSAL, Run.last(1)));
      List<Run> wide =
          List.of(new Run(0, several, 20, new Attention.Bidirectional(29), Run.all(9)));
      for (List<Run> runs : List.of(step, wide)) {
        long allocated = Long.MAX_VALUE;
        int round = 0;
        while (allocated > 0 && round++ < MOST_ROUNDS) {
          allocated = allocatedBy(session, runs);
        }
        System.out.println("bytes " + allocated + " width " + runs.getFirst().tokens().length);
        System.out.println("rounds " + round);
      }
    }

    private static long allocatedBy(Session session, List<Run> runs) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MEASURED; i++) {
        session.forward(runs);
      }
      return threads.getCurrentThreadAllocatedBytes() - before;
    }
  }
}
