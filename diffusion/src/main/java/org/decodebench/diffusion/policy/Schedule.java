package org.decodebench.diffusion.policy;

/** How many positions a fixed schedule commits in each step. */
@FunctionalInterface
public interface Schedule {

  /**
   * @param masked masked positions at the start of the window
   * @param step from 0
   * @return how many to commit; 0 after the schedule's end
   */
  int count(int masked, int step);

  /**
   * {@code masked / steps} a step, the remainder one each to the first steps (LLaDA's {@code
   * get_num_transfer_tokens}, 2502.09992).
   */
  static Schedule even(int steps) {
    return (masked, step) -> step >= steps ? 0 : masked / steps + (step < masked % steps ? 1 : 0);
  }

  /** One position a step: the exact sampler. */
  static Schedule oneByOne() {
    return (masked, step) -> 1;
  }
}
