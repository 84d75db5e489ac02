package org.decodebench.core.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * UTF-8 bytes as tokens: 0…255, then 256 {@code <begin>}, 257 {@code <end>}, 258 {@code <mask>}.
 */
public final class ByteTokenizer implements Tokenizer {
  public static final int BEGIN = 256;
  public static final int END = 257;
  public static final int MASK = 258;

  private static final int SIZE = 259;
  private static final String[] SPECIAL = {"<begin>", "<end>", "<mask>"};

  @Override
  public int vocabSize() {
    return SIZE;
  }

  @Override
  public int[] encode(String text, boolean special) {
    TokenList ids = new TokenList();
    if (special) {
      ids.add(BEGIN);
    }
    int from = 0;
    for (int at = 0; special && at < text.length(); at++) {
      int id = specialAt(text, at);
      if (id >= 0) {
        addBytes(text.substring(from, at), ids);
        ids.add(id);
        from = at + SPECIAL[id - BEGIN].length();
        at = from - 1;
      }
    }
    addBytes(text.substring(from), ids);
    return ids.toArray();
  }

  private static int specialAt(String text, int at) {
    for (int i = 0; i < SPECIAL.length; i++) {
      if (text.startsWith(SPECIAL[i], at)) {
        return BEGIN + i;
      }
    }
    return -1;
  }

  private static void addBytes(String text, TokenList ids) {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      ids.add(b & 0xFF);
    }
  }

  @Override
  public String decode(int[] ids) {
    byte[] bytes = new byte[ids.length];
    int n = 0;
    for (int id : ids) {
      if (id < BEGIN) {
        bytes[n++] = (byte) id;
      }
    }
    return new String(Arrays.copyOf(bytes, n), StandardCharsets.UTF_8);
  }

  /** Printable ASCII as it is, other bytes as {@code <0xE4>}. */
  @Override
  public String piece(int id) {
    if (id >= BEGIN) {
      return SPECIAL[id - BEGIN];
    }
    return id >= 0x20 && id < 0x7F ? String.valueOf((char) id) : "<0x%02X>".formatted(id);
  }

  @Override
  public OptionalInt begin() {
    return OptionalInt.of(BEGIN);
  }

  @Override
  public boolean isEnd(int id) {
    return id == END;
  }

  @Override
  public OptionalInt end() {
    return OptionalInt.of(END);
  }
}
