package org.decodebench.core.sampling;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Logits;

/**
 * A chain of processors and the distribution that it leaves. Made for one decode; not thread-safe,
 * because it keeps its working arrays.
 */
public final class Sampler {
  private final List<LogitsProcessor> chain;
  private final double[] distribution;

  /**
   * @param chain in the order in which they apply
   * @param vocab size of a row of logits
   */
  public Sampler(List<LogitsProcessor> chain, int vocab) {
    this.chain = List.copyOf(chain);
    this.distribution = new double[vocab];
  }

  public int vocab() {
    return distribution.length;
  }

  /** Whether this is the plain largest logit, whatever the history. */
  public boolean isArgmax() {
    return chain.size() == 1 && chain.getFirst() instanceof Greedy;
  }

  /**
   * What a token is sampled from: the normalised distribution after the whole chain (at temperature
   * 0 all mass on one token).
   *
   * @param logits at least {@code offset + vocab} values
   * @param out {@code [vocab]}, sums to one
   * @throws UsageException if the model or the chain leaves no token possible
   */
  public void distribution(float[] logits, int offset, History history, double[] out) {
    for (int v = 0; v < out.length; v++) {
      out[v] = logits[offset + v];
    }
    for (LogitsProcessor processor : chain) {
      processor.process(out, history);
    }
    if (!Distributions.softmax(out, out)) {
      throw new UsageException(
          "no token is possible after position %d: the text so far cannot go on under this model and"
                  .formatted(history.length())
              + " these sampling settings; change the prompt or loosen the settings");
    }
  }

  /**
   * Samples the token that follows the history.
   *
   * @param u uniform in [0, 1), usually {@link RandomStream#uniform} at the token's position
   */
  public int sample(Logits logits, int row, History history, double u) {
    if (isArgmax()) {
      return logits.argmax(row);
    }
    distribution(logits.values(row), logits.offset(row), history, distribution);
    return Distributions.sample(distribution, u);
  }
}
