package org.decodebench.core.noise;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The tokens that noise may put in place of others: all but the begin and the mask token.
 *
 * @param ids ascending
 */
public record NoiseTokens(int[] ids) {

  /**
   * @param maskId of the model, if it has one
   */
  public static NoiseTokens of(int vocab, OptionalInt begin, OptionalInt maskId) {
    return new NoiseTokens(
        IntStream.range(0, vocab)
            .filter(v -> v != begin.orElse(-1) && v != maskId.orElse(-1))
            .toArray());
  }

  /** K. */
  public int count() {
    return ids.length;
  }

  /** Place of a token among them; negative for one that noise does not make. */
  public int index(int token) {
    return Arrays.binarySearch(ids, token);
  }

  /**
   * The token after noise.
   *
   * @param alpha share of tokens that stay clean
   * @param uniform a random number in [0, 1)
   */
  public int noisy(int token, double alpha, double uniform) {
    if (uniform < alpha) {
      return token;
    }
    int drawn = (int) ((uniform - alpha) / (1 - alpha) * count());
    return ids[Math.min(drawn, count() - 1)];
  }
}
