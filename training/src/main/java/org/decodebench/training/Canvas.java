package org.decodebench.training;

import java.util.Arrays;

/**
 * A training example (decision record 0003): the begin token, a text, and fill.
 *
 * @param tokens ids; position 0 is the begin token
 * @param textEnd position after the text's last token, its first end token included
 */
record Canvas(int[] tokens, int textEnd) {

  int length() {
    return tokens.length;
  }

  /** The first {@code length} positions. */
  Canvas crop(int length) {
    return new Canvas(Arrays.copyOf(tokens, length), Math.min(textEnd, length));
  }

  /** A text with the begin token before it and end tokens after it, cut where it is too long. */
  static Canvas of(int[] text, int begin, int end, int length) {
    int[] tokens = new int[length];
    Arrays.fill(tokens, end);
    tokens[0] = begin;
    int n = Math.min(text.length, length - 1);
    System.arraycopy(text, 0, tokens, 1, n);
    return new Canvas(tokens, n + 1);
  }
}
