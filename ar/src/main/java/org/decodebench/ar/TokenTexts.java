package org.decodebench.ar;

import org.decodebench.core.tokenizer.Tokenizer;

/**
 * What each token adds to a text. A tokenizer may spell a token differently at the beginning of a
 * text (no space before the first word), so both spellings are kept.
 */
public final class TokenTexts {
  private static final char REPLACEMENT = '\uFFFD';

  private final String[] first;
  private final String[] later;

  public TokenTexts(Tokenizer tokenizer) {
    int size = tokenizer.vocabSize();
    first = new String[size];
    later = new String[size];
    for (int id = 0; id < size; id++) {
      first[id] = tokenizer.decode(new int[] {id});
    }
    int anchor = anchor();
    for (int id = 0; id < size; id++) {
      String pair = tokenizer.decode(new int[] {anchor, id});
      later[id] = pair.substring(Math.min(pair.length(), first[anchor].length()));
    }
  }

  /** A token with plain text of its own, to see what others add after it. */
  private int anchor() {
    for (int id = 0; id < first.length; id++) {
      if (first[id].length() == 1 && Character.isLetter(first[id].charAt(0))) {
        return id;
      }
    }
    for (int id = 0; id < first.length; id++) {
      if (!first[id].isEmpty() && whole(first[id])) {
        return id;
      }
    }
    return 0;
  }

  public int size() {
    return first.length;
  }

  /**
   * Text of a token; empty for special tokens.
   *
   * @param atStart whether it is the first of its text
   */
  public String text(int id, boolean atStart) {
    return atStart ? first[id] : later[id];
  }

  /** Whether a token's text is complete, and not a part of a character's bytes. */
  public static boolean whole(String text) {
    return text.indexOf(REPLACEMENT) < 0;
  }
}
