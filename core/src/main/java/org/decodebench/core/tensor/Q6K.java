package org.decodebench.core.tensor;

/**
 * {@link DType#Q6_K}: sixteen groups of 16 values as {@code d·s·(q − 32)}, q in 0…63, with F16 d
 * for the block and a signed byte s for each group.
 */
final class Q6K extends BlockFormat {
  static final Q6K FORMAT = new Q6K();

  private static final int GROUPS = 16;
  private static final int GROUP = 16;
  private static final int LOW = 0;
  private static final int HIGH = 128;
  private static final int SCALES = 192;
  private static final int SCALE = 208;

  private Q6K() {}

  /** Byte that holds the four low bits of value {@code i}: two values 64 apart share it. */
  private static int lowByte(int i) {
    return i / 128 * 64 + i % 64;
  }

  private static int lowShift(int i) {
    return i % 128 / 64 * 4;
  }

  /** Byte that holds the two high bits of value {@code i}: four values 32 apart share it. */
  private static int highByte(int i) {
    return i / 128 * 32 + i % 32;
  }

  private static int highShift(int i) {
    return i % 128 / 32 * 2;
  }

  @Override
  void decode(byte[] block, int from, float[] out, int at) {
    float d = f16(block, from + SCALE);
    for (int i = 0; i < GROUPS * GROUP; i++) {
      int low = block[from + LOW + lowByte(i)] >> lowShift(i) & 15;
      int high = block[from + HIGH + highByte(i)] >> highShift(i) & 3;
      out[at + i] = d * block[from + SCALES + i / GROUP] * ((low | high << 4) - 32);
    }
  }

  @Override
  void encode(float[] in, int from, byte[] block, int at) {
    float[] scales = new float[GROUPS];
    float largest = 0;
    for (int j = 0; j < GROUPS; j++) {
      scales[j] = SymmetricFit.scale(in, from + j * GROUP, GROUP, 32);
      if (Math.abs(scales[j]) > Math.abs(largest)) {
        largest = scales[j];
      }
    }
    // A byte reaches to -128: the largest scale gets it, so d has its sign turned.
    f16(largest / -128, block, at + SCALE);
    float d = f16(block, at + SCALE);
    java.util.Arrays.fill(block, at, at + SCALES, (byte) 0);
    for (int j = 0; j < GROUPS; j++) {
      block[at + SCALES + j] = (byte) nearest(scales[j] * inverse(largest) * -128, -128, 127);
      float inverse = inverse(d * block[at + SCALES + j]);
      for (int i = j * GROUP; i < (j + 1) * GROUP; i++) {
        int level = nearest(in[from + i] * inverse, -32, 31) + 32;
        block[at + LOW + lowByte(i)] |= (byte) ((level & 15) << lowShift(i));
        block[at + HIGH + highByte(i)] |= (byte) (level >> 4 << highShift(i));
      }
    }
  }
}
