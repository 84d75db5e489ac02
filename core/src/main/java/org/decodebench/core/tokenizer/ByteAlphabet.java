package org.decodebench.core.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The characters that byte-level BPE writes bytes with (GPT-2): printable Latin-1 characters stand
 * for themselves, all other bytes for the characters from U+0100 on.
 */
final class ByteAlphabet {
  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[512];

  static {
    java.util.Arrays.fill(BYTES, (short) -1);
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHARS[b] = (char) (printable ? b : next++);
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  static char character(byte b) {
    return CHARS[b & 0xFF];
  }

  /** The byte that a character stands for, or -1. */
  static int byteOf(char c) {
    return c < BYTES.length ? BYTES[c] : -1;
  }

  /** The bytes of a token; a character outside the alphabet (some added tokens) as it is. */
  static void write(String spelled, ByteArrayOutputStream bytes) {
    for (int i = 0; i < spelled.length(); ) {
      int end = i + Character.charCount(spelled.codePointAt(i));
      int b = byteOf(spelled.charAt(i));
      if (b >= 0) {
        bytes.write(b);
      } else {
        bytes.writeBytes(spelled.substring(i, end).getBytes(StandardCharsets.UTF_8));
      }
      i = end;
    }
  }
}
