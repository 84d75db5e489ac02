package org.decodebench.tornado;

import org.decodebench.core.tensor.DType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How weights lie on the device: panels of 32 rows, in lines of 32 values or words, so that
 * neighbouring threads, which take neighbouring rows, read side by side.
 *
 * <ul>
 *   <li>F32: a line of floats a column.
 *   <li>F16, BF16: a line of words for two columns, and a table. OpenCL kernels of TornadoVM cannot
 *       reinterpret bits as a float, and half floats do not compile everywhere; so a value is its
 *       mantissa, an integer, times the power of two that the table has for its sign and exponent,
 *       which is exact.
 *   <li>Q8_0: a line of words for four columns, and a line of scales for 32. Q4_0 comes as Q8_0
 *       with the same values.
 * </ul>
 */
enum DeviceFormat {
  F32,
  F16,
  BF16,
  Q8_0;

  /** Columns that share a scale. */
  static final int BLOCK = 32;

  // Ordinals as constants: kernels know a format by an argument that is compiled into them.
  private static final int F32_CODE = 0;
  private static final int F16_CODE = 1;
  private static final int Q8_CODE = 3;

  /** The format for weights that are stored so: with exactly their values. */
  static DeviceFormat of(DType type) {
    return switch (type) {
      case F16 -> F16;
      case BF16 -> BF16;
      case Q8_0, Q4_0 -> Q8_0;
      case F32, Q4_K, Q6_K -> F32;
    };
  }

  /** What {@link #weight} is told. */
  int code() {
    return ordinal();
  }

  /** Lines of words in a panel. */
  int wordLines(int columns) {
    return switch (this) {
      case F32 -> 0;
      case F16, BF16 -> (columns + 1) / 2;
      case Q8_0 -> columns / 4;
    };
  }

  /** Lines of floats in a panel. */
  int floatLines(int columns) {
    return switch (this) {
      case F32 -> columns;
      case F16, BF16 -> 0;
      case Q8_0 -> columns / BLOCK;
    };
  }

  /** By sign and exponent, what one unit of the mantissa is worth; empty without. */
  float[] table() {
    return switch (this) {
      case F16 -> table(5, 10);
      case BF16 -> table(8, 7);
      case F32, Q8_0 -> new float[0];
    };
  }

  private static float[] table(int exponentBits, int mantissaBits) {
    int exponents = 1 << exponentBits;
    int bias = exponents / 2 - 1;
    float[] table = new float[2 * exponents];
    for (int e = 0; e < exponents; e++) {
      // Subnormal numbers have the exponent of the smallest normal ones.
      double unit = Math.scalb(1.0, Math.max(e, 1) - bias - mantissaBits);
      table[e] = e == exponents - 1 ? Float.POSITIVE_INFINITY : (float) unit;
      table[exponents + e] = -table[e];
    }
    return table;
  }

  /**
   * The weight in a panel's lane and column; inlined into kernels.
   *
   * @param code of the format, known when the kernel is compiled
   * @param panel counted over all layers
   * @param columns of the matrix
   */
  static float weight(
      FloatArray floats, IntArray words, int code, int panel, int columns, int lane, int column) {
    if (code == F32_CODE) {
      return floats.get((panel * columns + column) * Products.PANEL + lane);
    }
    if (code == Q8_CODE) {
      int word = words.get((panel * (columns / 4) + column / 4) * Products.PANEL + lane);
      float scale =
          floats.get((panel * (columns / BLOCK) + column / BLOCK) * Products.PANEL + lane);
      return scale * ((word << (24 - column % 4 * 8)) >> 24);
    }
    int word = words.get((panel * ((columns + 1) / 2) + column / 2) * Products.PANEL + lane);
    int bits = (word >> (column % 2 * 16)) & 0xFFFF;
    int mantissaBits = code == F16_CODE ? 10 : 7;
    int hidden = 1 << mantissaBits;
    int exponentMask = code == F16_CODE ? 31 : 255;
    int signAndExponent = bits >> mantissaBits;
    int mantissa = bits & (hidden - 1);
    if ((signAndExponent & exponentMask) != 0) {
      mantissa += hidden;
    }
    return floats.get(signAndExponent) * mantissa;
  }
}
