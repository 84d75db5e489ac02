package org.decodebench.diffusion.policy;

/** By what masked positions are ranked; the highest score is committed first. */
public enum Order {
  /** Uniformly random: one key a position, drawn once. */
  RANDOM {
    @Override
    public double score(Step step, int position) {
      return step.key(position);
    }
  },

  /** Probability of the most probable token (LLaDA's low-confidence remasking at temperature 0). */
  CONFIDENCE {
    @Override
    public double score(Step step, int position) {
      return step.at(position).confidence();
    }
  },

  /** Distance of the two most probable tokens (Dream's {@code topk_margin}). */
  MARGIN {
    @Override
    public double score(Step step, int position) {
      return step.at(position).margin();
    }
  },

  /** Least entropy first (Dream's {@code entropy}). */
  ENTROPY {
    @Override
    public double score(Step step, int position) {
      return -step.at(position).entropy();
    }
  },

  /** The first masked position first. */
  LEFT_TO_RIGHT {
    @Override
    public double score(Step step, int position) {
      return -position;
    }
  },

  /**
   * The published rule of LLaDA and SDAR at a temperature above 0: draw a token everywhere, rank by
   * the probability of what was drawn. Biased even at one position a step, because a position that
   * drew a likely token is more likely to keep it; offered for comparison.
   */
  SAMPLED_CONFIDENCE {
    @Override
    public double score(Step step, int position) {
      return step.at(position).probability(step.trial(position));
    }

    @Override
    void commit(Step step, int position) {
      step.commit(position, step.trial(position));
    }
  };

  /** Higher is earlier; equal scores go to the lower position. */
  public abstract double score(Step step, int position);

  /** Commits a chosen position: its token is sampled now, after the choice. */
  void commit(Step step, int position) {
    step.commit(position);
  }

  /** A step's masked positions from the highest score to the lowest. */
  Ranking rank(Step step) {
    return Ranking.of(step.masked(), position -> score(step, position));
  }
}
