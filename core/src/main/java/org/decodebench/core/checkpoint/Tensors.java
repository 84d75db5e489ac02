package org.decodebench.core.checkpoint;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** Makes tensors on the heap. */
final class Tensors {
  private Tensors() {}

  /** Zeros in an array of the type's natural kind. */
  static Tensor allocate(DType type, int... shape) {
    long elements = 1;
    for (int size : shape) {
      elements = Math.multiplyExact(elements, size);
    }
    return switch (type) {
      case F32 -> Tensor.of(new float[Math.toIntExact(elements)], shape);
      case F16, BF16 -> Tensor.of(type, new short[Math.toIntExact(elements)], shape);
      default -> Tensor.of(type, new byte[Math.toIntExact(type.bytes(elements))], shape);
    };
  }
}
