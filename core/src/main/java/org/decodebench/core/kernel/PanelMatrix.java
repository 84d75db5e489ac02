package org.decodebench.core.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * A matrix in panels of 64 rows, transposed inside: a line of a panel holds one column, or a few
 * neighbouring columns packed into an int, of all 64 rows. Rows beyond the last are zero.
 */
abstract class PanelMatrix extends Matrix {
  /**
   * Columns that are taken at a time: 36 (Q4_0) to 256 KiB (F32), which stay in the second cache
   * while all inputs pass. Each block is a stream that the prefetchers begin anew; with 256 columns
   * 8 inputs took a quarter longer.
   */
  static final int K_BLOCK = 1024;

  /** Most columns of a tile: one block of a K-quant. */
  static final int TILE_MOST = 256;

  /** Columns of a tile of floats, 32 KiB, which stays in the first cache. */
  static final int TILE = 128;

  /** Of an array, with a reserve for what virtual machines keep to themselves. */
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  /** Bytes that several threads bring into their form at a time. */
  private static final long LARGE = 1 << 24;

  PanelMatrix(DType type, int rows, int columns) {
    super(type, rows, columns);
  }

  static PanelMatrix of(Tensor tensor) {
    return switch (tensor.type()) {
      case F32 -> new F32Panels(tensor);
      case F16 -> new F16Panels(tensor);
      case BF16 -> new BF16Panels(tensor);
      case Q8_0 -> new Q8Panels(tensor);
      case Q4_0 -> new Q4Panels(tensor);
      case Q4_K -> new Q4KPanels(tensor);
      case Q6_K -> new Q6KPanels(tensor);
    };
  }

  /** Places the bytes of one row into its panel. */
  @FunctionalInterface
  interface RowPacker {
    void pack(byte[] row, int panel, int rowInPanel);
  }

  /**
   * Hands out every row of a tensor with its place, several panels at a time where it is large.
   * What has been read of a mapped file is given back step by step: no part of a model is held
   * twice.
   */
  static void pack(Tensor tensor, RowPacker packer) {
    int rows = tensor.rows();
    int rowBytes = Math.toIntExact(tensor.rowBytes());
    int step = (int) Math.max(PANEL, LARGE / rowBytes / PANEL * PANEL);
    for (int from = 0; from < rows; from += step) {
      int to = Math.min(rows, from + step);
      IntStream panels = IntStream.range(from / PANEL, (to + PANEL - 1) / PANEL);
      (tensor.data().byteSize() > LARGE ? panels.parallel() : panels)
          .forEach(panel -> {
            byte[] bytes = new byte[rowBytes];
            for (int row = panel * PANEL; row < Math.min(to, (panel + 1) * PANEL); row++) {
              long start = (long) row * rowBytes;
              MemorySegment.copy(tensor.data(), ValueLayout.JAVA_BYTE, start, bytes, 0, rowBytes);
              packer.pack(bytes, panel, row - panel * PANEL);
            }
          });
      tensor.unload(from, to);
    }
  }

  /** Array size of that many lines a panel, from {@link #LEAD} on. */
  static int size(Tensor tensor, int lines) {
    int panels = (tensor.rows() + PANEL - 1) / PANEL;
    return arraySize(
        tensor.type(), tensor.rows(), tensor.columns(), LEAD + (long) panels * lines * PANEL);
  }

  /**
   * @param size elements that the values take
   * @throws UsageException if no array can have as many
   */
  static int arraySize(DType type, int rows, int columns, long size) {
    if (size > MOST_ELEMENTS) {
      throw new UsageException(
          "a matrix of %d x %d values in %s takes an array of %d elements, and Java has none of more than %d; a type with fewer bytes a value may fit (decodebench convert)"
              .formatted(rows, columns, type, size, MOST_ELEMENTS));
    }
    return (int) size;
  }

  /**
   * Multiplies columns {@code from…from+count-1} of a panel with {@code n} inputs and goes on with
   * the sums that stand in the outputs: so each is one sum over all columns in their order, however
   * they are cut.
   *
   * @param x {@link Inputs}
   * @param xOffset of column {@code from} of the first input
   * @param y outputs, {@code [n][PANEL]} from {@code yOffset} on, also of a partial panel
   */
  abstract void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xOffset,
      int n,
      float[] y,
      int yOffset,
      Workspace workspace);

  /** {@link Kernels#multiply}. */
  final void multiply(
      int fromPanel,
      int toPanel,
      float[] x,
      int xOffset,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    if (n == 0) {
      return; // a pass that only fills the cache asks for no logits
    }
    float[] inputs = x;
    int inputsOffset = xOffset;
    if (n > 1) {
      inputs = workspace.inputs(columns(), n);
      inputsOffset = 0;
      Inputs.copy(x, xOffset, xStride, columns(), n, inputs);
    }
    for (int panel = fromPanel; panel < toPanel; panel++) {
      int first = panel * PANEL;
      int width = Math.min(PANEL, rows() - first);
      if (n == 1 && width == PANEL) {
        panel(panel, inputs, inputsOffset, 1, y, yOffset + first, workspace);
      } else {
        float[] sums = workspace.panel(n);
        panel(panel, inputs, inputsOffset, n, sums, LEAD, workspace);
        for (int i = 0; i < n; i++) {
          System.arraycopy(sums, LEAD + i * PANEL, y, yOffset + first + i * yStride, width);
        }
      }
    }
  }

  private void panel(
      int panel, float[] x, int xOffset, int n, float[] y, int yOffset, Workspace workspace) {
    Arrays.fill(y, yOffset, yOffset + n * PANEL, 0);
    // One input is its own block: what is passed only once is passed as one stream.
    int step = n == 1 ? columns() : K_BLOCK;
    for (int from = 0; from < columns(); from += step) {
      int count = Math.min(step, columns() - from);
      int at = xOffset + (n == 1 ? from : Inputs.at(from, n));
      block(panel, from, count, x, at, n, y, yOffset, workspace);
    }
  }
}
