package org.decodebench.core.kernel;

import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;

/**
 * Numbers kept in fewer bits than they are computed in: what a compact key/value cache consists of.
 * A vector of {@code size} components is written and read whole; its components are a stride apart,
 * and each {@link #GROUP} of them may share a scale, whose place the caller gives.
 */
abstract sealed class CompactValues {
  static final int GROUP = 32;
  private static final int PANEL = Matrix.PANEL;

  /**
   * @param type F16, BF16 or Q8_0
   * @param values how many numbers
   * @param scales how many groups
   */
  static CompactValues of(DType type, int values, int scales) {
    return switch (type) {
      case F16, BF16 -> new Halves(type, new short[values]);
      case Q8_0 -> new Bytes(new byte[values], new short[scales]);
      default -> throw new IllegalArgumentException("no cache of " + type);
    };
  }

  static int groups(int size) {
    return (size + GROUP - 1) / GROUP;
  }

  abstract void write(
      float[] in, int from, int size, int to, int stride, int scale, int scaleStride);

  /** One number. */
  abstract float get(int at, int scale);

  /** {@code size} lines of a panel of 64 vectors; line d holds component d of each. */
  abstract void expandPanel(int at, int size, int scale, float[] scratch, float[] out);

  /** {@code rows} vectors of {@code size} components, one after another. */
  abstract void expandRows(int at, int rows, int size, int scale, float[] out);

  abstract void copy(
      CompactValues source, int from, int to, int n, int fromScale, int toScale, int scales);

  abstract long memory();

  /** F16 or BF16. */
  private static final class Halves extends CompactValues {
    private final boolean brain;
    private final short[] bits;

    Halves(DType type, short[] bits) {
      brain = type == DType.BF16;
      this.bits = bits;
    }

    @Override
    void write(float[] in, int from, int size, int to, int stride, int scale, int scaleStride) {
      for (int i = 0; i < size; i++) {
        float value = in[from + i];
        bits[to + i * stride] =
            brain ? Conversion.bf16(value) : Float.floatToFloat16(Math.clamp(value, -65504, 65504));
      }
    }

    @Override
    float get(int at, int scale) {
      return brain ? Float.intBitsToFloat(bits[at] << 16) : Float.float16ToFloat(bits[at]);
    }

    @Override
    void expandPanel(int at, int size, int scale, float[] scratch, float[] out) {
      expand(at, size * PANEL, out);
    }

    @Override
    void expandRows(int at, int rows, int size, int scale, float[] out) {
      expand(at, rows * size, out);
    }

    /** Plain loops: the compiler makes vectors of them. */
    private void expand(int at, int n, float[] out) {
      if (brain) {
        for (int i = 0; i < n; i++) {
          out[i] = Float.intBitsToFloat(bits[at + i] << 16);
        }
      } else {
        for (int i = 0; i < n; i++) {
          out[i] = Float.float16ToFloat(bits[at + i]);
        }
      }
    }

    @Override
    void copy(CompactValues source, int from, int to, int n, int fromScale, int toScale, int s) {
      System.arraycopy(((Halves) source).bits, from, bits, to, n);
    }

    @Override
    long memory() {
      return 2L * bits.length;
    }
  }

  /** Signed bytes, an F16 scale for each group: Q8_0. */
  private static final class Bytes extends CompactValues {
    private final byte[] levels;
    private final short[] scales;

    Bytes(byte[] levels, short[] scales) {
      this.levels = levels;
      this.scales = scales;
    }

    @Override
    void write(float[] in, int from, int size, int to, int stride, int scale, int scaleStride) {
      for (int first = 0; first < size; first += GROUP) {
        int end = Math.min(first + GROUP, size);
        float most = 0;
        for (int i = first; i < end; i++) {
          most = Math.max(most, Math.abs(in[from + i]));
        }
        short step = Float.floatToFloat16(Math.min(most / 127, 65504));
        float rounded = Float.float16ToFloat(step);
        float inverse = rounded == 0 ? 0 : 1 / rounded;
        scales[scale + first / GROUP * scaleStride] = step;
        for (int i = first; i < end; i++) {
          levels[to + i * stride] =
              (byte) Math.clamp(Math.round(in[from + i] * inverse), -127, 127);
        }
      }
    }

    @Override
    float get(int at, int scale) {
      return levels[at] * Float.float16ToFloat(scales[scale]);
    }

    @Override
    void expandPanel(int at, int size, int scale, float[] scratch, float[] out) {
      for (int line = 0; line < size; line++) {
        if (line % GROUP == 0) {
          for (int c = 0; c < PANEL; c++) {
            scratch[c] = Float.float16ToFloat(scales[scale + line / GROUP * PANEL + c]);
          }
        }
        for (int c = 0; c < PANEL; c++) {
          out[line * PANEL + c] = levels[at + line * PANEL + c] * scratch[c];
        }
      }
    }

    @Override
    void expandRows(int at, int rows, int size, int scale, float[] out) {
      int groups = groups(size);
      for (int row = 0; row < rows; row++) {
        for (int first = 0; first < size; first += GROUP) {
          float step = Float.float16ToFloat(scales[scale + row * groups + first / GROUP]);
          int end = row * size + Math.min(first + GROUP, size);
          for (int i = row * size + first; i < end; i++) {
            out[i] = levels[at + i] * step;
          }
        }
      }
    }

    @Override
    void copy(
        CompactValues source, int from, int to, int n, int fromScale, int toScale, int count) {
      Bytes other = (Bytes) source;
      System.arraycopy(other.levels, from, levels, to, n);
      System.arraycopy(other.scales, fromScale, scales, toScale, count);
    }

    @Override
    long memory() {
      return levels.length + 2L * scales.length;
    }
  }
}
