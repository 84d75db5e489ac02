package org.decodebench.ar;

import java.util.HashSet;
import java.util.Set;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.LogitsProcessor;
import org.decodebench.core.sampling.RandomStream;

/**
 * The soft watermark of Kirchenbauer et al. (2301.10226): the token before decides, by a keyed
 * hash, which tokens are green; their logits are raised a little, and a detector that knows the key
 * counts more green tokens than chance gives. Whether a token is green is decided for each by
 * itself with probability gamma (the paper draws exactly that share): the count of distinct pairs
 * of tokens is then exactly binomial over keys for any text written without them.
 *
 * @param key of the hash
 * @param gamma share of green tokens
 * @param delta added to their logits, before the temperature
 */
public record Watermark(long key, double gamma, double delta) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    int before = history.tokens()[history.length() - 1];
    for (int v = 0; v < logits.length; v++) {
      if (green(before, v)) {
        logits[v] += delta;
      }
    }
  }

  /** Whether {@code token} is green after {@code before}. */
  public boolean green(int before, int token) {
    return new RandomStream(key, before).uniform(token, 0) < gamma;
  }

  /**
   * Counts green tokens; a pair of tokens that occurs again says nothing new and counts once.
   *
   * @param tokens a text
   * @param from first index to judge, at least 1 (what is before may be a prompt)
   */
  public Detection detect(int[] tokens, int from) {
    Set<Long> seen = new HashSet<>();
    int green = 0;
    for (int i = Math.max(1, from); i < tokens.length; i++) {
      if (seen.add((long) tokens[i - 1] << 32 | tokens[i]) && green(tokens[i - 1], tokens[i])) {
        green++;
      }
    }
    return new Detection(seen.size(), green, gamma);
  }

  /**
   * @param pairs distinct pairs of tokens judged
   * @param green of them with a green second token
   * @param gamma share that chance gives
   */
  public record Detection(int pairs, int green, double gamma) {
    /**
     * Standard deviations above chance; 4 is a false positive in 30,000 texts. 0 where there is
     * nothing to judge.
     */
    public double zScore() {
      return pairs == 0 ? 0 : (green - gamma * pairs) / Math.sqrt(pairs * gamma * (1 - gamma));
    }
  }
}
