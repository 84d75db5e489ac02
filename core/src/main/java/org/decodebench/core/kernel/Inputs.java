package org.decodebench.core.kernel;

/**
 * Inputs of a product as the kernels take them: {@code [columns / K_BLOCK][n][STRIDE]},
 * neighbouring rows a constant number of floats apart. Then one register and constants address all
 * rows of a register block. With a variable distance each row takes a register, of which there are
 * too few: the compiler keeps what it has no room for in vector registers, and moving it from there
 * takes turns that a core with two vector units needs for multiplying. What it makes of a block is
 * an accident all the same: a few blocks take the distances as arguments, because they were
 * measured to be faster so.
 */
final class Inputs {
  /**
   * One cache line more than a block has columns: rows a whole number of pages apart would crowd
   * the same lines of the first cache.
   */
  static final int STRIDE = PanelMatrix.K_BLOCK + 16;

  private Inputs() {}

  /** Where a column of the first row is. */
  static int at(int column, int n) {
    int block = column / PanelMatrix.K_BLOCK;
    return block * n * STRIDE + column - block * PanelMatrix.K_BLOCK;
  }

  /** Floats that {@code n} rows take. */
  static int size(int columns, int n) {
    return at(columns - 1, n) + (n - 1) * STRIDE + 1;
  }

  /** Brings {@code n} rows that lie {@code stride} floats apart into place. */
  static void copy(float[] x, int offset, int stride, int columns, int n, float[] out) {
    for (int k = 0; k < columns; k += PanelMatrix.K_BLOCK) {
      int count = Math.min(PanelMatrix.K_BLOCK, columns - k);
      for (int i = 0; i < n; i++) {
        System.arraycopy(x, offset + i * stride + k, out, at(k, n) + i * STRIDE, count);
      }
    }
  }
}
