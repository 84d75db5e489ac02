package org.decodebench.ar.compress;

import java.util.Arrays;

/**
 * Adaptive frequencies of bytes (order 0), for what the language model cannot read. Counts are kept
 * as a scale of {@code 2^16} shares so that both ends divide alike.
 */
final class ByteModel {
  private static final int BITS = 16;

  /** Weight of a byte seen against the one of each that every byte begins with. */
  private static final int STEP = 8;

  private final int[] seen = new int[256];
  private int total;

  ByteModel() {
    Arrays.fill(seen, 1);
    total = 256;
  }

  void encode(RangeEncoder encoder, int value) {
    int below = 0;
    for (int v = 0; v < value; v++) {
      below += seen[v];
    }
    encoder.encode(share(below), share(below + seen[value]) - share(below), BITS);
    learn(value);
  }

  int decode(RangeDecoder decoder) {
    long target = decoder.target(BITS);
    int below = 0;
    int value = 0;
    while (share(below + seen[value]) <= target) {
      below += seen[value++];
    }
    decoder.take(share(below), share(below + seen[value]) - share(below));
    learn(value);
    return value;
  }

  /** Monotone, and at least 1 apart for different counts while the total is at most 2^16. */
  private long share(int count) {
    return ((long) count << BITS) / total;
  }

  private void learn(int value) {
    seen[value] += STEP;
    total += STEP;
    if (total > 1 << (BITS - 1)) {
      total = 0;
      for (int v = 0; v < 256; v++) {
        seen[v] = (seen[v] + 1) / 2;
        total += seen[v];
      }
    }
  }
}
