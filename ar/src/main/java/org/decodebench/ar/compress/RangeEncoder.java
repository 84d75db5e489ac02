package org.decodebench.ar.compress;

import java.io.ByteArrayOutputStream;

/**
 * Arithmetic coder in its byte-wise form (G. N. N. Martin's range coder, 1979; carries as in
 * Schindler's and LZMA's): each symbol narrows the interval {@code [low, low + range)} to its
 * share. With 56 bits of state and shares in units of 2^-30 at most, rounding costs less than 2^-17
 * of a symbol's length.
 */
final class RangeEncoder {
  /** Shares are counts out of {@code 2^TOTAL_BITS}. */
  static final int TOTAL_BITS = 30;

  static final int STATE_BITS = 56;
  static final long BOTTOM = 1L << (STATE_BITS - 8);
  private static final long TOP = 1L << STATE_BITS;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long low;
  private long range = TOP - 1;

  /** The last byte that is not 0xFF, held back because a carry may still reach it; -1 at first. */
  private int held = -1;

  /** Bytes 0xFF after it. */
  private long pending;

  /**
   * @param below counts of all symbols before this one
   * @param count of this symbol, at least 1
   * @param bits all counts sum to {@code 2^bits}, at most {@link #TOTAL_BITS}
   */
  void encode(long below, long count, int bits) {
    long unit = range >>> bits;
    low += unit * below;
    range = unit * count;
    while (range < BOTTOM) {
      shift();
      range <<= 8;
    }
  }

  /** The code; a decoder that finds zeros after its end reads all symbols. */
  byte[] finish() {
    // The number in the interval with the most zeros at its end.
    long last = low + range - 1;
    for (int zeros = STATE_BITS; zeros >= 0; zeros--) {
      long candidate = last >>> zeros << zeros;
      if (candidate >= low) {
        low = candidate;
        break;
      }
    }
    for (int i = 0; i <= STATE_BITS / 8; i++) {
      shift();
    }
    byte[] code = out.toByteArray();
    int length = code.length;
    while (length > 0 && code[length - 1] == 0) {
      length--;
    }
    return java.util.Arrays.copyOf(code, length);
  }

  /** Moves the top byte of {@code low} out. */
  private void shift() {
    boolean carry = low >= TOP;
    long byteOut = (low & (TOP - 1)) >>> (STATE_BITS - 8);
    if (carry || byteOut != 0xFF) {
      if (held >= 0) {
        out.write(held + (carry ? 1 : 0));
      }
      for (; pending > 0; pending--) {
        out.write(carry ? 0 : 0xFF);
      }
      held = (int) byteOut;
    } else {
      pending++;
    }
    low = (low & (BOTTOM - 1)) << 8;
  }
}
