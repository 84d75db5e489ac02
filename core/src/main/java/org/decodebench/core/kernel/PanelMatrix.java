package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;

/** A matrix in panels of 64 rows. */
abstract class PanelMatrix extends Matrix {

  PanelMatrix(DType type, int rows, int columns) {
    super(type, rows, columns);
  }

  /**
   * Multiplies columns {@code from…from+count-1} of a panel with {@code n} inputs and stores the
   * sums ({@code from == 0}) or adds them to the outputs.
   *
   * @param y 64 outputs an input, also of a partial panel
   */
  abstract void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace);

  /** {@link Kernels#multiply}. */
  final void multiply(
      int fromPanel,
      int toPanel,
      float[] x,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    for (int panel = fromPanel; panel < toPanel; panel++) {
      int first = panel * PANEL;
      int width = Math.min(PANEL, rows() - first);
      if (width == PANEL) {
        panel(panel, x, xStride, n, y, yOffset + first, yStride, workspace);
      } else {
        float[] partial = workspace.partial(n);
        panel(panel, x, xStride, n, partial, 0, PANEL, workspace);
        for (int i = 0; i < n; i++) {
          System.arraycopy(partial, i * PANEL, y, yOffset + first + i * yStride, width);
        }
      }
    }
  }

  private void panel(
      int panel,
      float[] x,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    for (int from = 0; from < columns(); from += Panels.K_BLOCK) {
      int count = Math.min(Panels.K_BLOCK, columns() - from);
      block(panel, from, count, x, xStride, n, y, yOffset, yStride, workspace);
    }
  }
}
