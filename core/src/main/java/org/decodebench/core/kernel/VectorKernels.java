package org.decodebench.core.kernel;

import org.decodebench.core.tensor.Tensor;

/** {@link Kernels} on the Vector API. */
final class VectorKernels implements Kernels {
  private static final WarmUp WARM_UP = new WarmUp(VectorKernels::exercise);

  /** How many of {@code n} values are done in vectors. */
  static int vectors(int n) {
    return WARM_UP.isReady() ? n & -Lanes.L : 0;
  }

  @Override
  public String name() {
    return "vector-" + Lanes.FLOATS.vectorBitSize();
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
      int xOffset,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    ((PanelMatrix) w).multiply(from, to, x, xOffset, xStride, n, y, yOffset, yStride, workspace);
  }

  @Override
  public void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] y, int yOffset) {
    Elementwise.rmsNorm(x, xOffset, weight, n, epsilon, y, yOffset, vectors(n));
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
    Elementwise.layerNorm(x, xOffset, weight, bias, n, epsilon, y, yOffset, vectors(n));
  }

  @Override
  public void rotate(float[] x, int xOffset, int half, float[] table, int tableOffset) {
    Elementwise.rotate(x, xOffset, half, table, tableOffset, vectors(half));
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    Elementwise.add(x, xOffset, y, yOffset, n, vectors(n));
  }

  @Override
  public void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    Elementwise.swiglu(gate, gateOffset, up, upOffset, n, vectors(n));
  }

  @Override
  public void gelu(float[] x, int offset, int n) {
    Elementwise.gelu(x, offset, n, vectors(n));
  }

  @Override
  public void attend(AttentionRows rows, int from, int to, Workspace workspace) {
    for (int block = from; block < to; block++) {
      VectorAttention.block(rows, block, workspace);
    }
  }

  /** Every loop of {@link Elementwise}, with a rest. */
  private static void exercise() {
    int n = 263;
    int vectors = n & -Lanes.L;
    float[] x = new float[2 * n];
    float[] y = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (i - 100) / 16f;
      y[i] = 1;
    }
    Elementwise.rmsNorm(x, 0, y, n, 1, x, 0, vectors);
    Elementwise.layerNorm(x, 0, y, null, n, 1, x, 0, vectors);
    Elementwise.layerNorm(x, 0, y, y, n, 1, x, 0, vectors);
    Elementwise.rotate(x, 0, vectors + 1, x, 0, vectors);
    Elementwise.add(x, 0, x, 0, n, vectors);
    Elementwise.scale(x, 0, n, 0.5f, vectors);
    Elementwise.swiglu(x, 0, y, 0, n, vectors);
    Elementwise.gelu(x, 0, n, vectors);
    float max = Elementwise.max(x, 0, n, 0, vectors);
    Elementwise.exp(x, 0, n, max, vectors);
  }
}
