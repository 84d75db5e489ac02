package org.decodebench.core.checkpoint;

import org.decodebench.core.tensor.DType;

/**
 * Which tensor gets which type when a model is to be stored in one type: vectors and learned
 * positions stay F32, and a matrix whose rows are no whole number of blocks takes the next type
 * that fits.
 *
 * @param wanted what was asked for
 */
record TypePlan(DType wanted) {

  /**
   * @param output whether the tensor makes the logits; Q4_K keeps it in Q6_K, where an error costs
   *     most
   */
  DType typeOf(int[] shape, boolean positions, boolean output) {
    if (shape.length < 2 || positions) {
      return DType.F32;
    }
    DType type = wanted == DType.Q4_K && output ? DType.Q6_K : wanted;
    int columns = shape[shape.length - 1];
    if (columns % type.blockSize() != 0 && type.blockSize() > 32) {
      type = DType.Q8_0;
    }
    return columns % type.blockSize() == 0 ? type : DType.F16;
  }
}
