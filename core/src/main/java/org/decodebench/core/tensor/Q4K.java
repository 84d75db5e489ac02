package org.decodebench.core.tensor;

/**
 * {@link DType#Q4_K}: eight groups of 32 values as {@code d·s·q − m·t}, q in 0…15, with F16 d and m
 * for the block and 6-bit s and t for each group.
 */
final class Q4K extends BlockFormat {
  static final Q4K FORMAT = new Q4K();

  private static final int GROUPS = 8;
  private static final int GROUP = 32;
  private static final int SCALES = 4;
  private static final int LEVELS = 16;

  private Q4K() {}

  /**
   * Six bits of group {@code j}: the first four groups whole, of the others two bits each above.
   */
  private static int scale(byte[] b, int at, int j) {
    return j < 4 ? b[at + j] & 63 : b[at + j + 4] & 15 | (b[at + j - 4] & 0xFF) >> 6 << 4;
  }

  private static int minimum(byte[] b, int at, int j) {
    return j < 4 ? b[at + j + 4] & 63 : b[at + j + 4] >> 4 & 15 | (b[at + j] & 0xFF) >> 6 << 4;
  }

  private static void pack(int[] scales, int[] minima, byte[] b, int at) {
    for (int j = 0; j < 4; j++) {
      b[at + j] = (byte) (scales[j] | scales[j + 4] >> 4 << 6);
      b[at + j + 4] = (byte) (minima[j] | minima[j + 4] >> 4 << 6);
      b[at + j + 8] = (byte) (scales[j + 4] & 15 | (minima[j + 4] & 15) << 4);
    }
  }

  @Override
  void decode(byte[] block, int from, float[] out, int at) {
    float d = f16(block, from);
    float m = f16(block, from + 2);
    for (int j = 0; j < GROUPS; j++) {
      float step = d * scale(block, from + SCALES, j);
      float least = m * minimum(block, from + SCALES, j);
      // Two groups share 32 bytes: the even one has the low nibbles.
      int bytes = from + LEVELS + j / 2 * GROUP;
      int shift = j % 2 * 4;
      for (int i = 0; i < GROUP; i++) {
        out[at + j * GROUP + i] = step * (block[bytes + i] >> shift & 15) - least;
      }
    }
  }

  @Override
  void encode(float[] in, int from, byte[] block, int at) {
    float[] steps = new float[GROUPS];
    float[] leasts = new float[GROUPS];
    float largestStep = 0;
    float largestLeast = 0;
    for (int j = 0; j < GROUPS; j++) {
      AffineFit fit = AffineFit.of(in, from + j * GROUP, GROUP, 15);
      steps[j] = fit.step();
      leasts[j] = fit.least();
      largestStep = Math.max(largestStep, fit.step());
      largestLeast = Math.max(largestLeast, fit.least());
    }
    int[] scales = new int[GROUPS];
    int[] minima = new int[GROUPS];
    for (int j = 0; j < GROUPS; j++) {
      scales[j] = nearest(63 * inverse(largestStep) * steps[j], 0, 63);
      minima[j] = nearest(63 * inverse(largestLeast) * leasts[j], 0, 63);
    }
    f16(largestStep / 63, block, at);
    f16(largestLeast / 63, block, at + 2);
    pack(scales, minima, block, at + SCALES);
    levels(in, from, block, at);
  }

  /** Given what was really stored for the scales, the nearest level of each value. */
  private static void levels(float[] in, int from, byte[] block, int at) {
    float d = f16(block, at);
    float m = f16(block, at + 2);
    for (int j = 0; j < GROUPS; j++) {
      float inverse = inverse(d * scale(block, at + SCALES, j));
      float least = m * minimum(block, at + SCALES, j);
      int bytes = at + LEVELS + j / 2 * GROUP;
      for (int i = 0; i < GROUP; i++) {
        int level = nearest((in[from + j * GROUP + i] + least) * inverse, 0, 15);
        block[bytes + i] = (byte) (j % 2 == 0 ? level : block[bytes + i] & 15 | level << 4);
      }
    }
  }
}
