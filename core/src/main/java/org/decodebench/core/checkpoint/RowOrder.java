package org.decodebench.core.checkpoint;

import java.lang.foreign.MemorySegment;
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
    for (int row = 0; row < rows; row++) {
      int in = row % headSize;
      int halves = in < rotary ? row - in + in / 2 + (in % 2) * half : row;
      int from = back ? halves : row;
      int to = back ? row : halves;
      MemorySegment.copy(tensor.data(), from * rowBytes, moved.data(), to * rowBytes, rowBytes);
    }
    return moved;
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
    long at = 0;
    for (Tensor part : parts) {
      MemorySegment.copy(part.data(), 0, out.data(), at, part.data().byteSize());
      at += part.data().byteSize();
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
    long width = tensor.type().blockBytes();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        MemorySegment.copy(
            tensor.data(),
            ((long) r * columns + c) * width,
            out.data(),
            ((long) c * rows + r) * width,
            width);
      }
    }
    return out;
  }
}
