package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.Workspace;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

/**
 * Once buffers have grown and kernels are compiled nothing is allocated.
 *
 * <p>Vectors are objects until the compiler has removed them; where a method has too many of them
 * it does not, and the kernel is five to a hundred times slower and still right. Whether it does
 * also depends on what else ran in the JVM (profiles shared with other tests, coverage probes) and
 * on when its threads got a turn. So the question is asked of a JVM of its own that compiles in the
 * foreground.
 */
class AllocationTest {
  private static final int MEASURED = 50;

  @Test
  void forwardAllocatesNothingAfterWarmUp() throws Exception {
    assertEquals(List.of("bytes 0 width 1", "bytes 0 width 9"), bytesSaidBy(Forwards.class));
  }

  @Test
  void productsOfEveryTypeAndWidthAllocateNothingAfterWarmUp() throws Exception {
    List<String> expected = new ArrayList<>();
    for (DType type : DType.values()) {
      for (int width : Products.WIDTHS) {
        expected.add("bytes 0 " + type + " width " + width);
      }
    }
    assertEquals(expected, bytesSaidBy(Products.class));
  }

  private static List<String> bytesSaidBy(Class<?> main) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xbatch",
            "-Xmx512m",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().filter(line -> line.startsWith("bytes ")).toList();
  }

  private static long allocatedBy(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < MEASURED; i++) {
      work.run();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /** Prints the bytes allocated by products of every type after warm-up. */
  static final class Products {
    /** Every block of inputs that a kernel has, and some of several. */
    static final int[] WIDTHS = {1, 2, 3, 4, 5, 6, 8, 12, 48};

    private static final int COLUMNS = 512;
    private static final int MOST = 48;

    public static void main(String[] args) {
      Kernels kernels = KernelsProvider.choose(Backend.VECTOR);
      Workspace workspace = new Workspace();
      float[] x = new float[MOST * COLUMNS];
      float[] y = new float[MOST * Matrix.PANEL];
      Arrays.fill(x, 1);
      for (DType type : DType.values()) {
        Matrix weights = kernels.matrix(Tensor.zeros(type, Matrix.PANEL, COLUMNS));
        for (int width : WIDTHS) {
          Runnable product =
              () ->
                  kernels.multiply(
                      weights, 0, 1, x, 0, COLUMNS, width, y, 0, Matrix.PANEL, workspace);
          product.run();
          KernelsProvider.awaitCompiled();
          long allocated = Long.MAX_VALUE;
          for (int round = 0; allocated > 0 && round < 100; round++) {
            allocated = allocatedBy(product);
          }
          System.out.println("bytes " + allocated + " " + type + " width " + width);
        }
      }
    }
  }

  /** Prints the bytes allocated by forwards of two widths after warm-up. */
  static final class Forwards {
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
        session.forward(runs);
        KernelsProvider.awaitCompiled();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; allocated > 0 && round < MOST_ROUNDS; round++) {
          allocated = allocatedBy(() -> session.forward(runs));
        }
        System.out.println("bytes " + allocated + " width " + runs.getFirst().tokens().length);
      }
    }
  }
}
