package org.decodebench.training;

import org.decodebench.core.model.Attention;

/** Which columns each row sees, written out: {@code seen[row][column]}. */
final class AttentionMask {
  /** Added to the scores of what a row does not see; exp of it is exactly 0 in float. */
  private static final float HIDDEN = -1e9f;

  private AttentionMask() {}

  /**
   * The mask of a canvas of {@code length} positions (for a tree: slots) under an attention kind.
   */
  static boolean[][] of(Attention attention, int length) {
    boolean[][] seen = new boolean[length][length];
    for (int row = 0; row < length; row++) {
      int end = Math.min(attention.visible(row), length);
      for (int column = 0; column < end; column++) {
        seen[row][column] = true;
      }
      if (attention instanceof Attention.Tree tree && row >= tree.prefix()) {
        for (int column = tree.prefix(); column < end; column++) {
          seen[row][column] = tree.sees(row - tree.prefix(), column - tree.prefix());
        }
      }
    }
    return seen;
  }

  /**
   * The mask of block diffusion in one pass over {@code x_t ⊕ x_0}, the noisy canvas followed by
   * the clean one (BD3-LM, 2503.09573): a noisy row sees its own noisy block and the clean blocks
   * before it; a clean row sees the clean blocks up to its own.
   *
   * @return {@code [2 * length][2 * length]}
   */
  static boolean[][] noisyThenClean(int length, int block) {
    boolean[][] seen = new boolean[2 * length][2 * length];
    for (int row = 0; row < length; row++) {
      for (int column = 0; column < length; column++) {
        seen[row][column] = row / block == column / block;
        seen[row][length + column] = column / block < row / block;
        seen[length + row][length + column] = column / block <= row / block;
      }
    }
    return seen;
  }

  /** As what is added to attention scores, row-major. */
  static float[] additive(boolean[][] seen) {
    int n = seen.length;
    float[] mask = new float[n * n];
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        mask[row * n + column] = seen[row][column] ? 0 : HIDDEN;
      }
    }
    return mask;
  }
}
