package org.decodebench.core.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import org.decodebench.core.tensor.Tensor;

/**
 * Moves rows of projections. Whole rows move, so values stay in their stored type bit by bit.
 *
 * <p>A rotary embedding turns pairs of components. Some files keep a pair side by side (2i, 2i+1),
 * the runtime wants it half a head apart (i, i+half); queries and keys of either order give the
 * same attention when both are turned likewise.
 */
final class RowOrder {
  private RowOrder() {}

  /** From neighbours to halves, within the first {@code rotary} rows of each head. */
  static Tensor neighboursToHalves(Tensor tensor, int headSize, int rotary) {
    return permuted(tensor, headSize, rotary, false);
  }

  /** The way back, for files that want neighbours. */
  static Tensor halvesToNeighbours(Tensor tensor, int headSize, int rotary) {
    return permuted(tensor, headSize, rotary, true);
  }

  private static Tensor permuted(Tensor tensor, int headSize, int rotary, boolean back) {
    int rows = tensor.shape()[0];
    long rowBytes = tensor.data().byteSize() / rows;
    Tensor moved = Tensor.zeros(tensor.type(), tensor.shape());
    int half = rotary / 2;
    for (int neighbour = 0; neighbour < rows; neighbour++) {
      int in = neighbour % headSize;
      int halves = in < rotary ? neighbour - in + in / 2 + (in % 2) * half : neighbour;
      long source = (back ? halves : neighbour) * rowBytes;
      long target = (back ? neighbour : halves) * rowBytes;
      MemorySegment.copy(tensor.data(), source, moved.data(), target, rowBytes);
    }
    tensor.unload(0, tensor.rows());
    return moved;
  }

  /** The array of a tensor on the heap, whatever its kind. */
  private static Object array(Tensor tensor) {
    return switch (tensor.type()) {
      case F32 -> tensor.floats();
      case F16, BF16 -> tensor.shorts();
      case Q8_0, Q4_0, Q4_K, Q6_K -> tensor.bytes();
    };
  }

  /** Some consecutive rows, not copied. */
  static Tensor slice(Tensor tensor, int first, int rows) {
    long rowBytes = tensor.data().byteSize() / tensor.shape()[0];
    int[] shape = tensor.shape().clone();
    shape[0] = rows;
    return new Tensor(
        tensor.type(), shape, tensor.data().asSlice(first * rowBytes, rows * rowBytes));
  }

  /** The rows of several tensors of one type, one after the other. */
  static Tensor joined(Tensor... parts) {
    int[] shape = parts[0].shape().clone();
    shape[0] = 0;
    for (Tensor part : parts) {
      shape[0] += part.shape()[0];
    }
    Tensor out = Tensor.zeros(parts[0].type(), shape);
    int at = 0;
    for (Tensor part : parts) {
      Object from = array(part.onHeap());
      int length = Array.getLength(from);
      System.arraycopy(from, 0, array(out), at, length);
      at += length;
    }
    return out;
  }

  /** Rows and columns exchanged; not for block types. */
  static Tensor transposed(Tensor tensor) {
    if (tensor.shape().length != 2) {
      return tensor;
    }
    int rows = tensor.shape()[0];
    int columns = tensor.shape()[1];
    Tensor out = Tensor.zeros(tensor.type(), columns, rows);
    switch (tensor.type()) {
      case F32 -> transpose(tensor.onHeap().floats(), out.floats(), rows, columns);
      default -> transpose(tensor.onHeap().shorts(), out.shorts(), rows, columns);
    }
    return out;
  }

  private static void transpose(float[] from, float[] to, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to[c * rows + r] = from[r * columns + c];
      }
    }
  }

  private static void transpose(short[] from, short[] to, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to[c * rows + r] = from[r * columns + c];
      }
    }
  }
}
