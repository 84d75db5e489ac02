package org.decodebench.core.likelihood;

/**
 * A model's likelihood of some texts.
 *
 * @param method {@code exact}, {@code nelbo}, {@code duel}, …
 * @param bound whether {@code nats} is an upper bound of the negative log-likelihood and not the
 *     thing itself
 * @param nats negative log-likelihood of all texts together; infinite where one is impossible
 * @param standardError of {@code nats}, from the Monte Carlo samples; 0 for an exact method. It
 *     says how well the figure is known for these texts, not how much other texts would differ
 * @param textTokens of all texts together
 * @param samples Monte Carlo samples a text; 0 for an exact method
 * @param correct text tokens that the model held for the most probable one, where it predicts one
 *     after the other; -1 if not counted
 */
public record Likelihood(
    String method,
    boolean bound,
    double nats,
    double standardError,
    long textTokens,
    int samples,
    long correct) {

  /** Without a count of correct tokens. */
  public Likelihood(
      String method,
      boolean bound,
      double nats,
      double standardError,
      long textTokens,
      int samples) {
    this(method, bound, nats, standardError, textTokens, samples, -1);
  }

  public double natsPerToken() {
    return nats / textTokens;
  }

  public double natsPerTokenError() {
    return standardError / textTokens;
  }

  public double perplexity() {
    return Math.exp(natsPerToken());
  }

  /** Standard error of the perplexity, to first order. */
  public double perplexityError() {
    return perplexity() * natsPerTokenError();
  }

  /** Bits for each of {@code bytes} UTF-8 bytes of the texts. */
  public double bitsPerByte(long bytes) {
    return nats / Math.log(2) / bytes;
  }
}
