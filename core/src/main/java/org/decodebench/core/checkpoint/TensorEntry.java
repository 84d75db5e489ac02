package org.decodebench.core.checkpoint;

import java.util.function.Supplier;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * A tensor that is yet to be written.
 *
 * @param shape outermost first
 * @param values called once, when its turn comes
 */
record TensorEntry(String name, DType type, int[] shape, Supplier<Tensor> values) {

  static TensorEntry of(String name, Tensor tensor) {
    return new TensorEntry(name, tensor.type(), tensor.shape(), () -> tensor);
  }

  long bytes() {
    long elements = 1;
    for (int size : shape) {
      elements = Math.multiplyExact(elements, size);
    }
    return type.bytes(elements);
  }

  /** The values, which must be what was announced. */
  Tensor make() {
    Tensor tensor = values.get();
    if (tensor.type() != type || !java.util.Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalStateException(
          "%s was announced as %s%s and is %s"
              .formatted(name, type, java.util.Arrays.toString(shape), tensor));
    }
    return tensor;
  }
}
