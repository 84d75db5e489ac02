package org.decodebench.core.source;

import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * The symbols 0…size-1 of a source as tokens: the words of a tokenizer in order, then, if texts
 * end, the end token as the last symbol.
 */
record Alphabet(WordTokenizer tokenizer, boolean ends) {

  static final int LETTERS = 26;

  /** Words a, b, c, … */
  static Alphabet letters(int words, boolean ends) {
    List<String> letters =
        IntStream.range(0, words).mapToObj(i -> String.valueOf((char) ('a' + i))).toList();
    return new Alphabet(new WordTokenizer(letters), ends);
  }

  int words() {
    return tokenizer.vocabSize() - WordTokenizer.SPECIALS;
  }

  int size() {
    return words() + (ends ? 1 : 0);
  }

  int token(int symbol) {
    return symbol == words() ? WordTokenizer.END : symbol + WordTokenizer.SPECIALS;
  }

  /** The token's symbol, or -1 if it is none. */
  int symbol(int token) {
    if (token == WordTokenizer.END) {
      return ends ? words() : -1;
    }
    int symbol = token - WordTokenizer.SPECIALS;
    return symbol >= 0 && symbol < words() ? symbol : -1;
  }

  /** Symbols of a canvas; {@link AnyOrderSource#UNKNOWN} stays; null if a token is no symbol. */
  int[] symbols(int[] canvas, int length) {
    int[] symbols = new int[length];
    for (int i = 0; i < length; i++) {
      boolean unknown = canvas[i] == AnyOrderSource.UNKNOWN;
      symbols[i] = unknown ? AnyOrderSource.UNKNOWN : symbol(canvas[i]);
      if (symbols[i] < 0 && !unknown) {
        return null;
      }
    }
    return symbols;
  }
}
