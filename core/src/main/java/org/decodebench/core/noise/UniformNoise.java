package org.decodebench.core.noise;

/**
 * The uniform noise process on K tokens: with probability α a token is still the clean one,
 * otherwise it is uniform on all K (the clean one among them). α falls from 1 at time 0 to 0 at
 * time 1; here α = 1 − t.
 *
 * @param tokens K
 */
public record UniformNoise(int tokens) {

  /** Share of tokens that are still clean at a time. */
  public static double alpha(double t) {
    return 1 - t;
  }

  /** Probability of a noisy token given the clean one. */
  public double noised(int noisy, int clean, double alpha) {
    return (noisy == clean ? alpha : 0) + (1 - alpha) / tokens;
  }

  /**
   * The exact posterior of a token at an earlier time s given the noisy one at t and the clean one:
   * q(x_s | x_t, x_0) ∝ q(x_t | x_s) q(x_s | x_0).
   *
   * @param alphaT at the later, noisier time
   * @param alphaS at the earlier time; at least {@code alphaT}
   * @param out {@code [K]}, sums to one
   */
  public void posterior(int noisy, int clean, double alphaT, double alphaS, double[] out) {
    double step = alphaT / alphaS;
    double z = noised(noisy, clean, alphaT);
    for (int v = 0; v < tokens; v++) {
      out[v] = noised(noisy, v, step) * noised(v, clean, alphaS) / z;
    }
  }

  /**
   * The mean of the posterior over a prediction of the clean token, in O(K): what ancestral
   * sampling draws from.
   *
   * @param clean predicted distribution of the clean token, {@code [K]}
   * @param out {@code [K]}, sums to one
   */
  public void reverse(int noisy, double[] clean, double alphaT, double alphaS, double[] out) {
    double step = alphaT / alphaS;
    double spread = 0;
    for (int v = 0; v < tokens; v++) {
      spread += clean[v] / noised(noisy, v, alphaT);
    }
    for (int v = 0; v < tokens; v++) {
      double kept = alphaS * clean[v] / noised(noisy, v, alphaT);
      out[v] = noised(noisy, v, step) * (kept + (1 - alphaS) / tokens * spread);
    }
  }
}
