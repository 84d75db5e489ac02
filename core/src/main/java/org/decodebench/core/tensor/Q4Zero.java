package org.decodebench.core.tensor;

/**
 * {@link DType#Q4_0}: 32 values as {@code d * (q - 8)}, q in 0…15. The value of largest magnitude
 * gets q = 0, so d has its sign turned.
 */
final class Q4Zero extends BlockFormat {
  static final Q4Zero FORMAT = new Q4Zero();

  private Q4Zero() {}

  @Override
  void decode(byte[] block, int from, float[] out, int at) {
    float d = f16(block, from);
    for (int i = 0; i < 16; i++) {
      int two = block[from + 2 + i];
      out[at + i] = d * ((two & 15) - 8);
      out[at + 16 + i] = d * ((two >> 4 & 15) - 8);
    }
  }

  @Override
  void encode(float[] in, int from, byte[] block, int at) {
    float largest = 0;
    for (int i = 0; i < 32; i++) {
      if (Math.abs(in[from + i]) > Math.abs(largest)) {
        largest = in[from + i];
      }
    }
    float d = largest / -8;
    float inverse = inverse(d);
    f16(d, block, at);
    for (int i = 0; i < 16; i++) {
      int low = level(in[from + i] * inverse);
      int high = level(in[from + 16 + i] * inverse);
      block[at + 2 + i] = (byte) (low | high << 4);
    }
  }

  private static int level(float scaled) {
    return Math.clamp((int) (scaled + 8.5f), 0, 15);
  }
}
