package org.decodebench.core.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/** Converts tensors between types, row by row, in parallel. */
public final class Conversion {
  private Conversion() {}

  /**
   * The values of a tensor in another type, rounded to nearest.
   *
   * @throws IllegalArgumentException if rows are no whole number of the type's blocks
   */
  public static Tensor to(DType type, Tensor tensor) {
    if (tensor.type() == type) {
      return tensor;
    }
    int columns = tensor.columns();
    int rows = tensor.rows();
    long rowBytes = type.bytes(columns);
    Tensor out = Tensor.zeros(type, tensor.shape());
    int chunk = Math.clamp((1 << 16) / columns, 1, rows);
    IntStream.range(0, (rows + chunk - 1) / chunk)
        .parallel()
        .forEach(c -> {
          float[] values = new float[columns];
          for (int row = c * chunk; row < Math.min(rows, (c + 1) * chunk); row++) {
            tensor.readRow(row, values, 0);
            write(type, values, columns, out.data().asSlice(row * rowBytes, rowBytes));
          }
        });
    return out;
  }

  private static void write(DType type, float[] values, int count, MemorySegment out) {
    switch (type) {
      case F32 -> MemorySegment.copy(values, 0, out, ValueLayout.JAVA_FLOAT, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(values[i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out.setAtIndex(ValueLayout.JAVA_SHORT, i, bf16(values[i]));
        }
      }
      case Q8_0, Q4_0, Q4_K, Q6_K -> {
        byte[] block = new byte[type.blockBytes()];
        for (int b = 0; b < count / type.blockSize(); b++) {
          BlockFormat.of(type).encode(values, b * type.blockSize(), block, 0);
          MemorySegment.copy(
              block, 0, out, ValueLayout.JAVA_BYTE, (long) b * block.length, block.length);
        }
      }
    }
  }

  /** The upper half of a float's bits, ties to even; a NaN stays one. */
  public static short bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
