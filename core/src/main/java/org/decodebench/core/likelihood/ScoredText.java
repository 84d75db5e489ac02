package org.decodebench.core.likelihood;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A text to score, laid out as the model was trained to see it (decision record 0003): begin token,
 * story, end tokens up to the canvas length; or a full window of a plain text.
 *
 * @param tokens the canvas
 * @param given how many leading tokens are known and not scored (the begin token, a prompt); at
 *     least 1 for a model that predicts a token from the one before it
 * @param textTokens by how many tokens the likelihood is divided: those after the given ones up to
 *     and including the first end token
 */
public record ScoredText(int[] tokens, int given, int textTokens) {

  public ScoredText {
    if (given < 0 || given >= tokens.length || textTokens < 1) {
      throw new IllegalArgumentException(
          "%d given and %d text tokens in a canvas of %d"
              .formatted(given, textTokens, tokens.length));
    }
  }

  /** A canvas whose text goes to its first end token, or to its end if there is none. */
  public static ScoredText canvas(int[] tokens, int given, IntPredicate isEnd) {
    for (int i = given; i < tokens.length; i++) {
      if (isEnd.test(tokens[i])) {
        return new ScoredText(tokens, given, i + 1 - given);
      }
    }
    return new ScoredText(tokens, given, tokens.length - given);
  }

  /** Without the fill: the given tokens and the text. */
  public int[] text() {
    return Arrays.copyOf(tokens, given + textTokens);
  }
}
