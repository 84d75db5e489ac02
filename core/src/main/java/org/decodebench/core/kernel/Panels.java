package org.decodebench.core.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * Matrices in panels, {@code [rows/64][columns][64]}, one implementation a stored type. Rows beyond
 * the last are zero.
 */
final class Panels {
  /** Columns that are accumulated before the sum is added to the output: part of the contract. */
  static final int K_BLOCK = 256;

  private static final int PANEL = Matrix.PANEL;
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Panels() {}

  static PanelMatrix of(Tensor tensor) {
    int rows = tensor.rows();
    int columns = tensor.columns();
    return switch (tensor.type()) {
      case F32 -> new PanelF32(rows, columns, floats(tensor));
      case BF16 -> new PanelBF16(rows, columns, pairs(tensor));
      default -> of(Conversion.to(DType.F32, tensor));
    };
  }

  private static int panels(Tensor tensor) {
    return (tensor.rows() + PANEL - 1) / PANEL;
  }

  private static float[] floats(Tensor tensor) {
    int columns = tensor.columns();
    float[] out = new float[length(panels(tensor), columns)];
    // The odd stride keeps the 64 rows of a chunk out of one another's cache sets.
    int chunk = 256;
    int stride = chunk + 16;
    float[] buffer = new float[PANEL * stride];
    for (int row = 0; row < tensor.rows(); row += PANEL) {
      int rows = Math.min(PANEL, tensor.rows() - row);
      for (int from = 0; from < columns; from += chunk) {
        int n = Math.min(chunk, columns - from);
        for (int r = 0; r < rows; r++) {
          long start = ((long) (row + r) * columns + from) * 4;
          MemorySegment.copy(tensor.data(), F32, start, buffer, r * stride, n);
        }
        for (int k = 0; k < n; k++) {
          int target = row * columns + (from + k) * PANEL;
          for (int r = 0; r < rows; r++) {
            out[target + r] = buffer[r * stride + k];
          }
        }
      }
    }
    return out;
  }

  /** Two neighbouring columns in an int: the even one in the low half. */
  private static int[] pairs(Tensor tensor) {
    int columns = tensor.columns();
    int pairs = (columns + 1) / 2;
    int[] out = new int[length(panels(tensor), pairs)];
    int chunk = 512;
    int stride = chunk + 32;
    short[] buffer = new short[PANEL * stride];
    for (int row = 0; row < tensor.rows(); row += PANEL) {
      int rows = Math.min(PANEL, tensor.rows() - row);
      for (int from = 0; from < columns; from += chunk) {
        int n = Math.min(chunk, columns - from);
        for (int r = 0; r < rows; r++) {
          long start = ((long) (row + r) * columns + from) * 2;
          MemorySegment.copy(tensor.data(), I16, start, buffer, r * stride, n);
          if ((n & 1) != 0) {
            buffer[r * stride + n] = 0;
          }
        }
        for (int k = 0; k < n; k += 2) {
          int target = row * pairs + (from + k) / 2 * PANEL;
          for (int r = 0; r < rows; r++) {
            int i = r * stride + k;
            out[target + r] = (buffer[i] & 0xFFFF) | buffer[i + 1] << 16;
          }
        }
      }
    }
    return out;
  }

  private static int length(int panels, int lines) {
    return Math.toIntExact((long) panels * lines * PANEL);
  }

  private static int mode(int from) {
    return from == 0 ? PanelGemm.STORE : PanelGemm.ADD;
  }

  /** Values as they are. */
  static final class PanelF32 extends PanelMatrix {
    private final float[] values;

    PanelF32(int rows, int columns, float[] values) {
      super(DType.F32, rows, columns);
      this.values = values;
    }

    @Override
    public long memory() {
      return 4L * values.length;
    }

    @Override
    public void row(int row, float[] out, int offset) {
      int start = row / PANEL * PANEL * columns() + row % PANEL;
      for (int k = 0; k < columns(); k++) {
        out[offset + k] = values[start + k * PANEL];
      }
    }

    @Override
    void block(
        int panel,
        int from,
        int count,
        float[] x,
        int xStride,
        int n,
        float[] y,
        int yOffset,
        int yStride,
        Workspace workspace) {
      int start = (panel * columns() + from) * PANEL;
      PanelGemm.multiply(
          values, start, PANEL, PANEL, count, x, from, xStride, n, y, yOffset, yStride, mode(from));
    }
  }

  /** Two columns in an int. */
  static final class PanelBF16 extends PanelMatrix {
    private final int[] pairs;

    PanelBF16(int rows, int columns, int[] pairs) {
      super(DType.BF16, rows, columns);
      this.pairs = pairs;
    }

    private int start(int panel, int from) {
      return (panel * ((columns() + 1) / 2) + from / 2) * PANEL;
    }

    @Override
    public long memory() {
      return 4L * pairs.length;
    }

    @Override
    public void row(int row, float[] out, int offset) {
      int start = start(row / PANEL, 0) + row % PANEL;
      for (int k = 0; k < columns(); k++) {
        int pair = pairs[start + k / 2 * PANEL];
        out[offset + k] = Float.intBitsToFloat((k & 1) == 0 ? pair << 16 : pair & 0xFFFF0000);
      }
    }

    @Override
    void block(
        int panel,
        int from,
        int count,
        float[] x,
        int xStride,
        int n,
        float[] y,
        int yOffset,
        int yStride,
        Workspace workspace) {
      int start = start(panel, from);
      if (n <= PairGemv.MOST) {
        PairGemv.multiply(pairs, start, count, x, from, xStride, n, y, yOffset, yStride, from > 0);
      } else {
        PairGemv.unpack(pairs, start, (count + 1) / 2, workspace.tile);
        PanelGemm.multiply(
            workspace.tile,
            0,
            PANEL,
            PANEL,
            count,
            x,
            from,
            xStride,
            n,
            y,
            yOffset,
            yStride,
            mode(from));
      }
    }
  }
}
