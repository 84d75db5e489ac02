package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.Tensor;

/** {@link Kernels} on the Vector API. */
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;

  @Override
  public String name() {
    return "vector-" + S.vectorBitSize();
  }

  @Override
  public Matrix matrix(Tensor tensor) {
    return PanelMatrix.of(tensor);
  }

  @Override
  public void multiply(
      Matrix w,
      int from,
      int to,
      float[] x,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    ((PanelMatrix) w).multiply(from, to, x, xStride, n, y, yOffset, yStride, workspace);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] y, int yOffset) {
    float scale = (float) (1 / Math.sqrt(squares(x, xOffset, n, 0) / n + epsilon));
    FloatVector scales = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, x, xOffset + i)
          .mul(scales)
          .mul(FloatVector.fromArray(S, weight, i))
          .intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] = x[xOffset + i] * scale * weight[i];
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
    float mean = (float) (sum(x, xOffset, n) / n);
    float scale = (float) (1 / Math.sqrt(squares(x, xOffset, n, mean) / n + epsilon));
    FloatVector scales = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v =
          FloatVector.fromArray(S, x, xOffset + i)
              .sub(mean)
              .mul(scales)
              .mul(FloatVector.fromArray(S, weight, i));
      (bias == null ? v : v.add(FloatVector.fromArray(S, bias, i))).intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      float v = (x[xOffset + i] - mean) * scale * weight[i];
      y[yOffset + i] = bias == null ? v : v + bias[i];
    }
  }

  private static double sum(float[] x, int offset, int n) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (; i <= n - L; i += L) {
      sum = sum.add(FloatVector.fromArray(S, x, offset + i));
    }
    double total = Lanes.sum(sum);
    for (; i < n; i++) {
      total += x[offset + i];
    }
    return total;
  }

  /** Σ (x − mean)². */
  private static double squares(float[] x, int offset, int n, float mean) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, offset + i).sub(mean);
      sum = v.fma(v, sum);
    }
    double total = Lanes.sum(sum);
    for (; i < n; i++) {
      float v = x[offset + i] - mean;
      total += (double) v * v;
    }
    return total;
  }

  @Override
  public void rotate(float[] x, int xOffset, int half, float[] table, int tableOffset) {
    int i = 0;
    for (; i <= half - L; i += L) {
      FloatVector a = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector b = FloatVector.fromArray(S, x, xOffset + half + i);
      FloatVector cos = FloatVector.fromArray(S, table, tableOffset + i);
      FloatVector sin = FloatVector.fromArray(S, table, tableOffset + half + i);
      a.mul(cos).sub(b.mul(sin)).intoArray(x, xOffset + i);
      b.mul(cos).add(a.mul(sin)).intoArray(x, xOffset + half + i);
    }
    for (; i < half; i++) {
      float a = x[xOffset + i];
      float b = x[xOffset + half + i];
      float cos = table[tableOffset + i];
      float sin = table[tableOffset + half + i];
      x[xOffset + i] = a * cos - b * sin;
      x[xOffset + half + i] = b * cos + a * sin;
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, y, yOffset + i)
          .add(FloatVector.fromArray(S, x, xOffset + i))
          .intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector g = FloatVector.fromArray(S, gate, gateOffset + i);
      g.div(Lanes.exp(g.neg()).add(1))
          .mul(FloatVector.fromArray(S, up, upOffset + i))
          .intoArray(gate, gateOffset + i);
    }
    for (; i < n; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (Lanes.exp(-g) + 1) * up[upOffset + i];
    }
  }

  // x/2 · (1 + tanh u) = x / (1 + exp(-2u)) with u = sqrt(2/π) · (x + 0.044715 x³)
  private static final float GELU_A = (float) (-2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_B = (float) (-2 * Math.sqrt(2 / Math.PI) * 0.044715);

  @Override
  public void gelu(float[] x, int offset, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, offset + i);
      FloatVector u = v.mul(v).mul(GELU_B).add(GELU_A).mul(v);
      v.div(Lanes.exp(u).add(1)).intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      float v = x[offset + i];
      float u = (v * v * GELU_B + GELU_A) * v;
      x[offset + i] = v / (Lanes.exp(u) + 1);
    }
  }

  @Override
  public void attend(AttentionRows rows, int from, int to, Workspace workspace) {
    for (int block = from; block < to; block++) {
      VectorAttention.block(rows, block, workspace);
    }
  }
}
