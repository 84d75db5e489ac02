package org.decodebench.diffusion.policy;

/**
 * Unmasking at random times. Every position gets a uniform time in [0, 1]; time runs from 1 to 0
 * and a position is placed when its time comes. The next of n times is distributed as t·u^(1/n) and
 * belongs to a uniformly chosen position, which is how the first-hitting sampler is written
 * (2409.02908). A network without a time input needs a forward only where something happens.
 *
 * @param steps 0 for the first-hitting sampler: one position a forward, exact. Otherwise the number
 *     of equal intervals of time within which positions are placed together: ancestral sampling of
 *     MDLM (2406.07524) without the forwards of intervals in which nothing happens
 */
public record Timed(int steps) implements UnmaskingPolicy.Rule {

  @Override
  public UnmaskingPolicy begin(int masked) {
    return steps == 0 ? Timed::hitFirst : this::passInterval;
  }

  private static void hitFirst(Step step) {
    step.commit(Ranking.of(step.masked(), step::key).positions()[0]);
  }

  private void passInterval(Step step) {
    int next = -1;
    for (int position : step.masked()) {
      next = Math.max(next, step.interval(position, steps));
    }
    for (int position : step.masked()) {
      if (step.interval(position, steps) == next) {
        step.commit(position);
      }
    }
  }
}
