package org.decodebench.core.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Values of one type, row-major, in a memory segment: a mapping of a file, or an array of the
 * type's natural kind ({@code float[]} for F32, {@code short[]} for F16 and BF16, {@code byte[]}
 * for block types), which is what kernels compute on. A row is the last dimension; in block types
 * it is a whole number of blocks.
 *
 * @param shape sizes, outermost first; {@code [rows][columns]} for a matrix, {@code [n]} for a
 *     vector
 * @param data exactly the bytes of the values
 */
public record Tensor(DType type, int[] shape, MemorySegment data) {

  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * @throws IllegalArgumentException if the shape and the bytes disagree
   */
  public Tensor {
    long elements = 1;
    for (int size : shape) {
      if (size < 1) {
        throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has no values");
      }
      elements = Math.multiplyExact(elements, size);
    }
    if (shape.length > 0 && shape[shape.length - 1] % type.blockSize() != 0) {
      throw new IllegalArgumentException(
          "rows of " + Arrays.toString(shape) + " are no whole number of blocks of " + type);
    }
    if (type.bytes(elements) != data.byteSize()) {
      throw new IllegalArgumentException(
          "shape %s as %s takes %d bytes, there are %d"
              .formatted(Arrays.toString(shape), type, type.bytes(elements), data.byteSize()));
    }
  }

  /** F32 values, not copied. */
  public static Tensor of(float[] values, int... shape) {
    return new Tensor(DType.F32, shape, MemorySegment.ofArray(values));
  }

  /** F16 or BF16 bits, not copied. */
  public static Tensor of(DType type, short[] bits, int... shape) {
    return new Tensor(type, shape, MemorySegment.ofArray(bits));
  }

  /** Blocks, not copied. */
  public static Tensor of(DType type, byte[] blocks, int... shape) {
    return new Tensor(type, shape, MemorySegment.ofArray(blocks));
  }

  /** Number of values. */
  public long elements() {
    long elements = 1;
    for (int size : shape) {
      elements *= size;
    }
    return elements;
  }

  /** Size of the last dimension. */
  public int columns() {
    return shape.length == 0 ? 1 : shape[shape.length - 1];
  }

  /** Number of rows: the product of all dimensions but the last. */
  public int rows() {
    return Math.toIntExact(elements() / columns());
  }

  /** Bytes of one row. */
  public long rowBytes() {
    return type.bytes(columns());
  }

  /** The array of an F32 tensor on the heap. */
  public float[] floats() {
    return (float[]) array();
  }

  /** The array of an F16 or BF16 tensor on the heap. */
  public short[] shorts() {
    return (short[]) array();
  }

  /** The array of a block-quantised tensor on the heap. */
  public byte[] bytes() {
    return (byte[]) array();
  }

  private Object array() {
    return data.heapBase()
        .orElseThrow(() -> new IllegalStateException("tensor is not in an array; use onHeap()"));
  }

  /** Whether the values are a whole array of the type's natural kind. */
  private boolean isOnHeap() {
    Object array = data.heapBase().orElse(null);
    return switch (array) {
      case float[] f -> type == DType.F32 && f.length == elements();
      case short[] s -> (type == DType.F16 || type == DType.BF16) && s.length == elements();
      case byte[] b -> type.quantised() && b.length == data.byteSize();
      case null, default -> false;
    };
  }

  /**
   * This tensor in an array of the type's natural kind, copied unless it is in one already.
   *
   * @throws IllegalArgumentException if an array cannot hold that many values
   */
  public Tensor onHeap() {
    if (isOnHeap()) {
      return this;
    }
    long length = type.quantised() ? data.byteSize() : elements();
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(length + " values do not fit an array");
    }
    int n = (int) length;
    return switch (type) {
      case F32 -> {
        float[] values = new float[n];
        MemorySegment.copy(data, F32, 0, values, 0, n);
        yield of(values, shape);
      }
      case F16, BF16 -> {
        short[] bits = new short[n];
        MemorySegment.copy(data, I16, 0, bits, 0, n);
        yield of(type, bits, shape);
      }
      default -> {
        byte[] blocks = new byte[n];
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, blocks, 0, n);
        yield of(type, blocks, shape);
      }
    };
  }

  /**
   * Gives back the memory that rows {@code from…to-1} of a mapped file have taken; they are read
   * from the file again if asked for. Values elsewhere stay where they are.
   */
  public void unload(int from, int to) {
    if (data.isMapped()) {
      data.asSlice(from * rowBytes(), (to - from) * rowBytes()).unload();
    }
  }

  /** Zeros in an array of the type's natural kind. */
  public static Tensor zeros(DType type, int... shape) {
    long elements = 1;
    for (int size : shape) {
      elements = Math.multiplyExact(elements, size);
    }
    return switch (type) {
      case F32 -> of(new float[Math.toIntExact(elements)], shape);
      case F16, BF16 -> of(type, new short[Math.toIntExact(elements)], shape);
      case Q8_0, Q4_0, Q4_K, Q6_K ->
          of(type, new byte[Math.toIntExact(type.bytes(elements))], shape);
    };
  }

  /** One row as floats. */
  public void readRow(int row, float[] out, int offset) {
    int n = columns();
    long start = row * rowBytes();
    switch (type) {
      case F32 -> MemorySegment.copy(data, F32, start, out, offset, n);
      case F16 -> {
        for (int i = 0; i < n; i++) {
          out[offset + i] = Float.float16ToFloat(data.get(I16, start + 2L * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          out[offset + i] = Float.intBitsToFloat(data.get(I16, start + 2L * i) << 16);
        }
      }
      case Q8_0, Q4_0, Q4_K, Q6_K -> readBlocks(start, out, offset, n);
    }
  }

  private void readBlocks(long start, float[] out, int offset, int n) {
    byte[] blocks = new byte[(int) type.bytes(n)];
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, start, blocks, 0, blocks.length);
    for (int b = 0; b < n / type.blockSize(); b++) {
      BlockFormat.of(type)
          .decode(blocks, b * type.blockBytes(), out, offset + b * type.blockSize());
    }
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
