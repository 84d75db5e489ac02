package org.decodebench.diffusion.decode;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest.Prompt;

/**
 * One sequence: the prompt, then the template's tokens and a mask token for every one to come. A
 * prompt that itself holds mask tokens asks for these to be filled in as well.
 */
final class Canvas {
  private final int[] tokens;
  private final int prompt;
  private final int maskId;
  private final boolean[] given;
  private final int[] visits;
  private final int[] lastPlaced;

  Canvas(Prompt promptOf, int newTokens, int maskId) {
    this.prompt = promptOf.tokens().length;
    this.maskId = maskId;
    this.tokens = Arrays.copyOf(promptOf.tokens(), prompt + newTokens);
    Arrays.fill(tokens, prompt, tokens.length, maskId);
    int[] template = promptOf.template();
    for (int i = 0; i < template.length; i++) {
      tokens[prompt + i] = template[i] == Prompt.OPEN ? maskId : template[i];
    }
    this.given = new boolean[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      given[i] = tokens[i] != maskId;
    }
    this.visits = new int[tokens.length];
    this.lastPlaced = new int[tokens.length];
    Arrays.fill(lastPlaced, -1);
  }

  /** Tells of the template's tokens, which stand from the beginning. */
  void tellTemplate(int sequence, DecodeListener listener) {
    int[] positions = IntStream.range(prompt, tokens.length).filter(i -> given[i]).toArray();
    if (positions.length > 0) {
      int[] known = IntStream.of(positions).map(i -> tokens[i]).toArray();
      int[] afterPrompt = IntStream.of(positions).map(i -> i - prompt).toArray();
      listener.committed(sequence, 0, afterPrompt, known, false);
    }
  }

  int length() {
    return tokens.length;
  }

  int prompt() {
    return prompt;
  }

  /** The canvas itself, not a copy: a forward reads it. */
  int[] tokens() {
    return tokens;
  }

  int token(int position) {
    return tokens[position];
  }

  int maskId() {
    return maskId;
  }

  boolean isMasked(int position) {
    return tokens[position] == maskId;
  }

  /** How often the position was filled and masked again. */
  int visits(int position) {
    return visits[position];
  }

  int[] masked(int from, int to) {
    return IntStream.range(from, to).filter(this::isMasked).toArray();
  }

  /** Positions that the decode filled. */
  int[] placed(int from, int to) {
    return IntStream.range(from, to).filter(i -> !given[i] && !isMasked(i)).toArray();
  }

  /**
   * @return whether the position held another token that the decode had placed before
   */
  boolean place(int position, int token) {
    boolean overwrote = lastPlaced[position] >= 0 && lastPlaced[position] != token;
    tokens[position] = token;
    lastPlaced[position] = token;
    return overwrote;
  }

  void remask(int position) {
    if (given[position]) {
      throw new IllegalArgumentException("position " + position + " was given");
    }
    tokens[position] = maskId;
    visits[position]++;
  }

  /** First position at or after the prompt whose placed token ends the text, or -1. */
  int firstEnd(IntPredicate isEnd) {
    for (int i = prompt; i < tokens.length; i++) {
      if (!isMasked(i) && isEnd.test(tokens[i])) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the first end token is placed and nothing left of it is masked. */
  boolean endsNow(IntPredicate isEnd) {
    int end = firstEnd(isEnd);
    return end >= 0 && masked(0, end).length == 0;
  }
}
