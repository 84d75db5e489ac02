package org.decodebench.diffusion.decode;

/**
 * Classifier-free guidance (LLaDA, 2502.09992): the logits are u + (w + 1)(c − u), c given the
 * prompt and u with the prompt masked. The first token, where texts begin, is never masked.
 *
 * @param weight w; 0 for none
 */
record Guidance(double weight) {

  boolean on() {
    return weight > 0;
  }

  /** The canvas without its prompt. */
  static int[] unconditional(Canvas canvas) {
    int[] tokens = canvas.tokens().clone();
    for (int i = 1; i < canvas.prompt(); i++) {
      tokens[i] = canvas.maskId();
    }
    return tokens;
  }

  /**
   * One row. A token that either side excludes stays as the conditional side has it.
   *
   * @return {@code [vocab]}
   */
  float[] combine(float[] values, int conditional, int unconditional, int vocab) {
    float[] row = new float[vocab];
    for (int v = 0; v < vocab; v++) {
      double c = values[conditional + v];
      double u = values[unconditional + v];
      boolean excluded = c == Double.NEGATIVE_INFINITY || u == Double.NEGATIVE_INFINITY;
      row[v] = (float) (excluded ? c : u + (weight + 1) * (c - u));
    }
    return row;
  }
}
