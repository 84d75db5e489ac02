package org.decodebench.core.source;

import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * An information source: a distribution over token sequences whose probabilities are known exactly.
 * It is the ground truth that decoders, likelihoods and trained models are measured against. All
 * logarithms are natural.
 *
 * <p>Sequences do not contain the begin token. A source with an end token has finite texts that end
 * with it, and after it gives every further position the end token with probability 1 (the fill of
 * a canvas).
 */
public interface Source {

  String name();

  Tokenizer tokenizer();

  /**
   * Number of tokens that conditionals range over: the tokenizer's size, special tokens included
   * with probability 0.
   */
  int vocabSize();

  /**
   * Exact distribution of the next token after {@code tokens[0…length-1]} (no begin token), written
   * to {@code out} ({@code vocabSize} values that sum to one; all zero after an impossible prefix).
   */
  void next(int[] tokens, int length, double[] out);

  /**
   * Exact log-probability of {@code tokens[from…to-1]} given {@code tokens[0…from-1]}; -infinity if
   * impossible.
   */
  default double logProbability(int[] tokens, int from, int to) {
    double[] p = new double[vocabSize()];
    double sum = 0;
    for (int i = from; i < to; i++) {
      next(tokens, i, p);
      sum += Math.log(p[tokens[i]]);
      if (sum == Double.NEGATIVE_INFINITY) {
        break;
      }
    }
    return sum;
  }

  /**
   * A text, its end token included where the source has one, of at most {@code maxLength} tokens.
   */
  default int[] sample(RandomStream random, int maxLength) {
    int[] tokens = new int[maxLength];
    double[] p = new double[vocabSize()];
    for (int i = 0; i < maxLength; i++) {
      next(tokens, i, p);
      int token = Categorical.draw(p, random.uniform(i, 0));
      tokens[i] = token;
      if (tokenizer().isEnd(token)) {
        return java.util.Arrays.copyOf(tokens, i + 1);
      }
    }
    return tokens;
  }

  /** Whether texts end by themselves; else the source runs on for ever. */
  default boolean hasEnd() {
    return true;
  }

  /**
   * Whether this is a possible text, and a complete one where texts end (fill after the end token
   * is allowed).
   */
  default boolean isValid(int[] tokens) {
    boolean complete = !hasEnd() || java.util.Arrays.stream(tokens).anyMatch(tokenizer()::isEnd);
    return complete && logProbability(tokens, 0, tokens.length) > Double.NEGATIVE_INFINITY;
  }

  /**
   * Exact entropy rate in nats a token: entropy of a text over its mean length, or of the
   * stationary process.
   */
  double entropyRate();
}
