package org.decodebench.core.tokenizer;

import java.util.Arrays;

/**
 * Turns tokens into text as they come and holds a piece back while it ends inside a character (byte
 * tokens may split UTF-8 sequences). Concatenated, the pieces equal the text of all ids.
 */
public final class StreamingDecoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private int[] ids = new int[16];
  private int count;
  private int shown;
  private int heldSince;

  StreamingDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The text that this token completes, possibly empty. */
  public String next(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count * 2);
    }
    ids[count++] = id;
    String text = tokenizer.decode(Arrays.copyOf(ids, count));
    // An unfinished character decodes to the replacement character at the very end; more than three
    // of them in a row
    // cannot be one character any more.
    boolean unfinished =
        text.length() > shown && text.charAt(text.length() - 1) == REPLACEMENT && pending() < 4;
    return unfinished ? "" : take(text);
  }

  /** What is still held back. */
  public String finish() {
    return take(tokenizer.decode(Arrays.copyOf(ids, count)));
  }

  private int pending() {
    return count - heldSince;
  }

  private String take(String text) {
    String piece = text.substring(Math.min(shown, text.length()));
    shown = Math.max(shown, text.length());
    heldSince = count;
    return piece;
  }
}
