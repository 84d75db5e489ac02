package org.decodebench.core.tensor;

/** {@link DType#Q8_0}: 32 values as {@code d * q}, q in -127…127. */
final class Q8Zero extends BlockFormat {
  static final Q8Zero FORMAT = new Q8Zero();

  private Q8Zero() {}

  @Override
  void decode(byte[] block, int from, float[] out, int at) {
    float d = f16(block, from);
    for (int i = 0; i < 32; i++) {
      out[at + i] = d * block[from + 2 + i];
    }
  }

  @Override
  void encode(float[] in, int from, byte[] block, int at) {
    float largest = 0;
    for (int i = 0; i < 32; i++) {
      largest = Math.max(largest, Math.abs(in[from + i]));
    }
    float d = largest / 127;
    float inverse = inverse(d);
    f16(d, block, at);
    for (int i = 0; i < 32; i++) {
      block[at + 2 + i] = (byte) nearest(in[from + i] * inverse, -127, 127);
    }
  }
}
