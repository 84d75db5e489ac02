package org.decodebench.core.sampling;

/**
 * A step from the model's logits to the distribution that is sampled. Stateless between calls: what
 * it does depends on the logits and the history alone, so that a draft, a verification and a plain
 * decode of the same text see the same distribution.
 */
@FunctionalInterface
public interface LogitsProcessor {

  /**
   * Changes the logits in place; negative infinity takes a token out.
   *
   * @param logits {@code [vocab]}
   */
  void process(double[] logits, History history);
}
