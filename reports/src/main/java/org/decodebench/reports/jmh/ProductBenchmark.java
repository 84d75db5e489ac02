package org.decodebench.reports.jmh;

import java.util.Arrays;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.kernel.Workspace;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The product that a transformer spends its time in: weights {@code [rows][columns]} in their
 * stored type times {@code width} positions.
 *
 * <p>Width is the axis to look along. At width 1 each weight is used once, so the best that can be
 * had is the rate at which weights arrive: bytes of the matrix / time, to be held against the read
 * bandwidth that {@code decodebench machine} prints. At width 64 each weight is used 64 times, and
 * the arithmetic decides: 2 · rows · columns · width / time against the multiply-add peak. Between
 * the two the time should grow smoothly; a jump would tax exactly the widths at which drafts are
 * verified and blocks are denoised.
 *
 * <p>Shape is the other axis, and a trap: the small matrix stays in the cache from one invocation
 * to the next, as no weight of a real model does. Only the large one says anything about decoding.
 */
public class ProductBenchmark extends Twins {
  private static final int CHECKED_ROWS = 100;

  @Param({"F32", "BF16", "F16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
  public DType type;

  @Param({"1", "2", "4", "8", "16", "32", "64"})
  public int width;

  @Param({"512x512", "5632x2048"})
  public String shape;

  /** Panels of rows are split among them, as in a forward. */
  @Param({"1"})
  public int threads = 1;

  private int rows;
  private int columns;
  private float[] x;
  private float[] y;
  private Matrix vectorWeights;
  private Matrix scalarWeights;
  private Workspace[] workspaces;
  private ThreadPool pool;
  private ThreadPool.Work vectorWork;
  private ThreadPool.Work scalarWork;

  /** Both twins against the formula in double precision, before either is timed. */
  @Setup
  public void setUp() {
    String[] sizes = shape.split("x");
    rows = Integer.parseInt(sizes[0]);
    columns = Integer.parseInt(sizes[1]);
    Tensor weights =
        Conversion.to(
            type, Tensor.of(gaussians(Math.multiplyExact(rows, columns), 1), rows, columns));
    x = gaussians(width * columns, 2);
    y = new float[width * rows];
    vectorWeights = vector.matrix(weights);
    scalarWeights = scalar.matrix(weights);
    pool = ThreadPool.of(threads);
    workspaces = new Workspace[threads];
    Arrays.setAll(workspaces, i -> new Workspace());
    // Made once, so that no benchmark makes an object.
    vectorWork = (part, parts) -> multiply(vector, vectorWeights, part, parts);
    scalarWork = (part, parts) -> multiply(scalar, scalarWeights, part, parts);
    // The scalar twin of a large matrix takes seconds; the rows that are checked are enough of it.
    check(scalar, scalarWeights, weights, 2);
    check(vector, vectorWeights, weights, vectorWeights.panels());
    compiled();
    // And once more in the form that will be timed.
    check(vector, vectorWeights, weights, vectorWeights.panels());
  }

  private void check(Kernels kernels, Matrix w, Tensor weights, int panels) {
    Arrays.fill(y, Float.NaN);
    kernels.multiply(
        w, 0, Math.min(panels, w.panels()), x, 0, columns, width, y, 0, rows, workspaces[0]);
    float[] row = new float[columns];
    for (int r = 0; r < Math.min(rows, CHECKED_ROWS); r++) {
      weights.readRow(r, row, 0);
      float[] actual = new float[width];
      double[] expected = new double[width];
      double[] magnitude = new double[width];
      for (int i = 0; i < width; i++) {
        actual[i] = y[i * rows + r];
        for (int k = 0; k < columns; k++) {
          double term = (double) row[k] * x[i * columns + k];
          expected[i] += term;
          magnitude[i] += Math.abs(term);
        }
      }
      Agreement.within(kernels.name() + " " + type, actual, expected, magnitude, columns);
    }
  }

  /**
   * Returning the output array is enough to keep the product alive: JMH consumes what a benchmark
   * returns, and the stores into it are visible from there.
   */
  @Benchmark
  public float[] vector() {
    pool.run(vectorWork);
    return y;
  }

  /** The readable reference: what the vectors buy is the ratio of the two. */
  @Benchmark
  public float[] scalar() {
    pool.run(scalarWork);
    return y;
  }

  private void multiply(Kernels kernels, Matrix w, int part, int parts) {
    int from = ThreadPool.split(w.panels(), part, parts);
    int to = ThreadPool.split(w.panels(), part + 1, parts);
    kernels.multiply(w, from, to, x, 0, columns, width, y, 0, rows, workspaces[part]);
  }
}
