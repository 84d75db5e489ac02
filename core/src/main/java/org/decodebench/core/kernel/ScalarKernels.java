package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** The reference: one plain loop a formula, sums in double precision. */
public final class ScalarKernels implements Kernels {

  @Override
  public String name() {
    return "scalar";
  }

  /** Rows as they are stored. */
  private static final class Rows extends Matrix {
    private final Tensor tensor;

    Rows(Tensor tensor) {
      super(tensor.type(), tensor.rows(), tensor.columns());
      this.tensor = tensor;
    }

    @Override
    public long memory() {
      return tensor.data().byteSize();
    }

    @Override
    public void row(int row, float[] out, int offset) {
      tensor.readRow(row, out, offset);
    }
  }

  @Override
  public Matrix matrix(Tensor tensor) {
    return new Rows(tensor.onHeap());
  }

  @Override
  public void multiply(
      Matrix w,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    int last = Math.min(to * Matrix.PANEL, w.rows());
    int columns = w.columns();
    boolean plain = w.type() == DType.F32;
    float[] weights = plain ? ((Rows) w).tensor.floats() : workspace.row(columns);
    for (int r = from * Matrix.PANEL; r < last; r++) {
      int start = 0;
      if (plain) {
        start = r * columns;
      } else {
        w.row(r, weights, 0);
      }
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += (double) weights[start + k] * x[xOffset + i * xStride + k];
        }
        y[yOffset + i * yStride + r] = (float) sum;
      }
    }
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] y, int yOffset) {
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += (double) x[xOffset + i] * x[xOffset + i];
    }
    double scale = 1 / Math.sqrt(squares / n + epsilon);
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = (float) (x[xOffset + i] * scale * weight[i]);
    }
  }

  @Override
  public void layerNorm(
      float[] x,
      int xOffset,
      float[] weight,
      float[] bias,
      int n,
      float epsilon,
      float[] y,
      int yOffset) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += x[xOffset + i];
    }
    mean /= n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      squares += (x[xOffset + i] - mean) * (x[xOffset + i] - mean);
    }
    double scale = 1 / Math.sqrt(squares / n + epsilon);
    for (int i = 0; i < n; i++) {
      double shift = bias == null ? 0 : bias[i];
      y[yOffset + i] = (float) ((x[xOffset + i] - mean) * scale * weight[i] + shift);
    }
  }

  @Override
  public void rotate(float[] x, int xOffset, int half, float[] table, int tableOffset) {
    for (int i = 0; i < half; i++) {
      double a = x[xOffset + i];
      double b = x[xOffset + half + i];
      double cos = table[tableOffset + i];
      double sin = table[tableOffset + half + i];
      x[xOffset + i] = (float) (a * cos - b * sin);
      x[xOffset + half + i] = (float) (b * cos + a * sin);
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i++) {
      double g = gate[gateOffset + i];
      gate[gateOffset + i] = (float) (g / (1 + Math.exp(-g)) * up[upOffset + i]);
    }
  }

  @Override
  public void gelu(float[] x, int offset, int n) {
    for (int i = 0; i < n; i++) {
      double v = x[offset + i];
      double u = Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v);
      x[offset + i] = (float) (0.5 * v * (1 + Math.tanh(u)));
    }
  }

  @Override
  public void attend(AttentionRows rows, int from, int to, Workspace workspace) {
    for (int block = from; block < to; block++) {
      int first = block / rows.cache.heads() * AttentionRows.BLOCK;
      int last = Math.min(first + AttentionRows.BLOCK, rows.rows() * rows.group());
      for (int pair = first; pair < last; pair++) {
        attendPair(rows, block % rows.cache.heads(), pair, workspace);
      }
    }
  }

  private static void attendPair(AttentionRows rows, int head, int pair, Workspace workspace) {
    KeyValues cache = rows.cache;
    int size = cache.headSize();
    int row = pair / rows.group();
    int offset = (head * rows.group() + pair % rows.group()) * size;
    int query = (rows.firstRow + row) * rows.queryStride + offset;
    int out = (rows.firstRow + row) * rows.outStride + offset;
    int start = rows.start(row);
    int end = rows.end(row);
    double[] weights = workspace.doubles(end);
    double most = Double.NEGATIVE_INFINITY;
    for (int j = start; j < end; j++) {
      int slot = rows.slot(row, j);
      double score = 0;
      for (int d = 0; d < size; d++) {
        score += (double) rows.queries[query + d] * cache.key(head, slot, d);
      }
      weights[j] = score * rows.scale;
      most = Math.max(most, weights[j]);
    }
    double total = 0;
    for (int j = start; j < end; j++) {
      weights[j] = Math.exp(weights[j] - most);
      total += weights[j];
    }
    for (int d = 0; d < size; d++) {
      double sum = 0;
      for (int j = start; j < end; j++) {
        sum += weights[j] * cache.value(head, rows.slot(row, j), d);
      }
      rows.out[out + d] = (float) (sum / total);
    }
  }
}
