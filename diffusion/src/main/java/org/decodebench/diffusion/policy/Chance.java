package org.decodebench.diffusion.policy;

import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.RandomStream;

/**
 * Where the random choices of one sequence come from: from counters in a decode, or from every
 * branch in turn where a sampler's exact distribution is computed. Positions are absolute (the
 * prompt included), so a choice does not depend on how the canvas is cut into blocks.
 */
public interface Chance {

  /**
   * The token for a position.
   *
   * @param p probabilities {@code [vocab]}
   * @param visit how often the position was filled before; 0 where placed tokens stay
   */
  int token(double[] p, int position, int visit);

  /** A token that may still be thrown away: one draw a position and step. */
  int trial(double[] p, int position, int step);

  /** The key by which random orders rank a position; distinct keys for distinct positions. */
  double key(int position, int visit);

  /**
   * The interval, of {@code intervals} equal ones of [0, 1], that holds a position's uniform random
   * time.
   */
  int interval(int position, int visit, int intervals);

  /** Whether something of probability {@code p} happens at a position at a tick of time. */
  boolean flip(double p, int position, int tick);

  /**
   * Counter-based choices. A token's number is at counter (position, visit), so that block size 1
   * meets the numbers of autoregressive decoding; the other purposes live far above it.
   */
  static Chance of(RandomStream random) {
    return new Counters(random);
  }

  /** See {@link #of}. */
  record Counters(RandomStream random) implements Chance {
    private static final long KEY = 1L << 40;
    private static final long TRIAL = 2L << 40;
    private static final long FLIP = 3L << 40;

    @Override
    public int token(double[] p, int position, int visit) {
      return Distributions.sample(p, random.uniform(position, visit));
    }

    @Override
    public int trial(double[] p, int position, int step) {
      return Distributions.sample(p, random.uniform(position, TRIAL | step));
    }

    @Override
    public double key(int position, int visit) {
      return random.uniform(position, KEY | visit);
    }

    @Override
    public int interval(int position, int visit, int intervals) {
      return (int) (key(position, visit) * intervals);
    }

    @Override
    public boolean flip(double p, int position, int tick) {
      return random.uniform(position, FLIP | tick) < p;
    }
  }
}
