package org.decodebench.diffusion.likelihood;

import org.decodebench.core.UsageException;
import org.decodebench.diffusion.policy.Chance;

/**
 * Choices that make a sampler place a given text, and add up how improbable that was. Only tokens
 * may be random: where positions are too, one path is not the whole probability.
 */
final class ForcedChance implements Chance {
  private final int[] tokens;
  private double nats;

  ForcedChance(int[] tokens) {
    this.tokens = tokens;
  }

  /** −log of the probability of the path so far. */
  double nats() {
    return nats;
  }

  @Override
  public int token(double[] p, int position, int visit) {
    nats -= Math.log(p[tokens[position]]);
    return tokens[position];
  }

  @Override
  public int trial(double[] p, int position, int step) {
    throw refused("draws tokens before it chooses positions");
  }

  @Override
  public double key(int position, int visit) {
    throw refused("chooses positions at random");
  }

  @Override
  public int interval(int position, int visit, int intervals) {
    throw refused("chooses positions at random");
  }

  @Override
  public boolean flip(double p, int position, int tick) {
    throw refused("chooses positions at random");
  }

  private static UsageException refused(String what) {
    return new UsageException(
        "method duel: this sampler "
            + what
            + "; its exact likelihood needs positions that follow from the canvas, as with"
            + " order=confidence, margin, entropy or left-to-right");
  }
}
