package org.decodebench.core.tensor;

/**
 * How a block of values is written in a few bits, bit for bit as ggml defines it. The readable
 * reference: kernels read the same bytes faster.
 */
abstract sealed class BlockFormat permits Q8Zero, Q4Zero, Q4K, Q6K {

  /** The format of a block type. */
  static BlockFormat of(DType type) {
    return switch (type) {
      case Q8_0 -> Q8Zero.FORMAT;
      case Q4_0 -> Q4Zero.FORMAT;
      case Q4_K -> Q4K.FORMAT;
      case Q6_K -> Q6K.FORMAT;
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no blocks");
    };
  }

  /** Writes the values of one block from {@code out[at]} on. */
  abstract void decode(byte[] block, int from, float[] out, int at);

  /** Writes one block of the values from {@code in[from]} on. */
  abstract void encode(float[] in, int from, byte[] block, int at);

  static float f16(byte[] bytes, int at) {
    return Float.float16ToFloat((short) (bytes[at] & 0xFF | bytes[at + 1] << 8));
  }

  static void f16(float value, byte[] bytes, int at) {
    short bits = Float.floatToFloat16(value);
    bytes[at] = (byte) bits;
    bytes[at + 1] = (byte) (bits >> 8);
  }

  /** Nearest integer, halves away from zero, within bounds. */
  static int nearest(float value, int least, int most) {
    float rounded =
        value < 0 ? -(float) Math.floor(0.5f - value) : (float) Math.floor(value + 0.5f);
    return (int) Math.clamp(rounded, least, most);
  }

  static float inverse(float value) {
    return value == 0 ? 0 : 1 / value;
  }
}
