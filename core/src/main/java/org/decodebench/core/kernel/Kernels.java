package org.decodebench.core.kernel;

import org.decodebench.core.tensor.Tensor;

/**
 * What a runtime on the CPU must compute. Activations are rows of floats; every method works on the
 * rows or columns that it is given and on nothing else, so that callers may split work among
 * threads; a result does not depend on the split.
 */
public interface Kernels {

  /** For reports: {@code scalar}, or {@code vector-512} with the width in bits. */
  String name();

  /** Brings a tensor of two dimensions into the form that {@link #multiply} reads. */
  Matrix matrix(Tensor tensor);

  /**
   * {@code y[i][r] = Σ_k w[r][k] · x[i][k]} for the rows of panels {@code from…to-1} and inputs
   * {@code i < n}.
   *
   * @param xStride floats from one input to the next; an input starts at {@code xOffset + i *
   *     xStride}
   * @param y outputs; {@code y[yOffset + i * yStride + r]}
   */
  void multiply(
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
      Workspace workspace);

  /** {@code y = x / sqrt(mean(x²) + ε) · weight} over {@code n} values (1910.07467). */
  void rmsNorm(
      float[] x, int xOffset, float[] weight, int n, float epsilon, float[] y, int yOffset);

  /**
   * {@code y = (x - mean) / sqrt(variance + ε) · weight + bias} over {@code n} values (1607.06450).
   *
   * @param bias may be null
   */
  void layerNorm(
      float[] x,
      int xOffset,
      float[] weight,
      float[] bias,
      int n,
      float epsilon,
      float[] y,
      int yOffset);

  /**
   * Rotates one head in place (2104.09864, rotate-half): the pair {@code (x[i], x[i + half])} turns
   * by the angle whose cosine and sine are {@code table[tableOffset + i]} and {@code
   * table[tableOffset + half + i]}.
   */
  void rotate(float[] x, int xOffset, int half, float[] table, int tableOffset);

  /** {@code y[i] += x[i]}. */
  void add(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** {@code gate[i] = silu(gate[i]) · up[i]} (2002.05202). */
  void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int n);

  /** GELU in its tanh form, in place (1606.08415). */
  void gelu(float[] x, int offset, int n);

  /**
   * Softmax attention of blocks {@code from…to-1} of {@link AttentionRows#blocks}: {@code out = Σ_j
   * softmax_j(q · k_j · scale) v_j} over the keys that a row sees.
   */
  void attend(AttentionRows rows, int from, int to, Workspace workspace);
}
