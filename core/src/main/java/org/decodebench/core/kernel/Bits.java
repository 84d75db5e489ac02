package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Small numbers that lie packed in the lanes of an int vector, as floats. */
final class Bits {
  // A half's exponent, moved into a float's place, is too small by 127 - 15.
  private static final float REBIAS = 0x1p112f;
  private static final int HALF = 0x8FFFE000;

  private Bits() {}

  /** The F16 value in the low half of each lane; finite values only. */
  static FloatVector lowHalf(IntVector v) {
    return highHalf(v.lanewise(VectorOperators.LSHL, 16));
  }

  /** The F16 value in the high half of each lane; finite values only. */
  static FloatVector highHalf(IntVector v) {
    return v.lanewise(VectorOperators.ASHR, 3).and(HALF).reinterpretAsFloats().mul(REBIAS);
  }

  /** The F16 value in a half of a lane, as the vector forms read it. */
  static float half(int v, int index) {
    return Float.float16ToFloat((short) (v >> 16 * index));
  }

  /** Signed number of {@code size} bits, {@code left} bits below the top of the lane. */
  static FloatVector signed(IntVector v, int left, int size) {
    return floats(v.lanewise(VectorOperators.LSHL, left).lanewise(VectorOperators.ASHR, 32 - size));
  }

  /** Unsigned number of {@code size} bits, {@code left} bits below the top of the lane. */
  static FloatVector unsigned(IntVector v, int left, int size) {
    return floats(v.lanewise(VectorOperators.LSHL, left).lanewise(VectorOperators.LSHR, 32 - size));
  }

  static FloatVector floats(IntVector v) {
    return (FloatVector) v.convert(VectorOperators.I2F, 0);
  }

  static int signed(int v, int left, int size) {
    return v << left >> 32 - size;
  }

  static int unsigned(int v, int left, int size) {
    return v << left >>> 32 - size;
  }
}
