package org.decodebench.diffusion.policy;

/**
 * A sampler's rule at work on one window of one sequence: which masked positions to commit in a
 * step, and for some samplers which placed ones to mask again or to change. It may keep state from
 * step to step.
 */
@FunctionalInterface
public interface UnmaskingPolicy {

  /** Says through {@code step} what to change; must come to an end in finitely many steps. */
  void step(Step step);

  /**
   * Whether the window is finished.
   *
   * @param masked number of positions that are still masked
   */
  default boolean done(int masked) {
    return masked == 0;
  }

  /** The prediction as the policy wants it to be seen and sampled from. */
  default Prediction see(int position, Prediction prediction) {
    return prediction;
  }

  /** The immutable rule with its settings, from which every window gets a policy of its own. */
  interface Rule {

    /**
     * @param masked number of masked positions in the window
     */
    UnmaskingPolicy begin(int masked);

    /**
     * Whether a placed token stays as it is. Only then may a decode end early, once everything left
     * of the first end token is placed.
     */
    default boolean placedIsFinal() {
      return true;
    }

    /** Whether the policy also reads predictions for positions that are already placed. */
    default boolean readsPlaced() {
      return false;
    }
  }
}
