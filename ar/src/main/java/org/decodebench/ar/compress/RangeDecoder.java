package org.decodebench.ar.compress;

/** The other end of {@link RangeEncoder}. */
final class RangeDecoder {
  private final byte[] in;
  private int at;
  private long code;
  private long range = (1L << RangeEncoder.STATE_BITS) - 1;
  private long unit;

  RangeDecoder(byte[] in) {
    this.in = in;
    for (int i = 0; i < RangeEncoder.STATE_BITS / 8; i++) {
      code = code << 8 | next();
    }
  }

  /**
   * Where in the counts the next symbol lies: from its {@code below} up to, not including, {@code
   * below + count}. Tell with {@link #take} which symbol that is.
   */
  long target(int bits) {
    unit = range >>> bits;
    return Math.min(Long.divideUnsigned(code, unit), (1L << bits) - 1);
  }

  void take(long below, long count) {
    code -= unit * below;
    range = unit * count;
    while (range < RangeEncoder.BOTTOM) {
      code = code << 8 | next();
      range <<= 8;
    }
  }

  private int next() {
    return at < in.length ? in[at++] & 0xFF : 0;
  }
}
