package org.decodebench.diffusion.policy;

/**
 * One step as a policy sees it: what is masked, what the model predicts there, and the moves. Moves
 * take effect together after the policy has returned.
 */
public interface Step {

  /** Steps already made in this window. */
  int index();

  /** Masked positions of the window, ascending; absolute. */
  int[] masked();

  /** Positions of the window that this decode placed, ascending; absolute. */
  int[] placed();

  /** The token at a placed position. */
  int token(int position);

  /** The model's prediction; for a placed position only if the rule reads those. */
  Prediction at(int position);

  /** A random key for ranking: the same in every step until the position is filled anew. */
  double key(int position);

  /**
   * Whether something of this probability happens at the position.
   *
   * @param tick the sampler's own count of time, which may pass faster than steps
   */
  boolean flip(double p, int position, int tick);

  /** A token drawn for the position in this step, whether or not it is then committed. */
  int trial(int position);

  /**
   * The interval of time, of {@code intervals} equal ones of [0, 1], in which a position's uniform
   * random time falls; the same in every step.
   */
  int interval(int position, int intervals);

  /**
   * Places a token that is sampled only now that its position is chosen.
   *
   * @return the token
   */
  int commit(int position);

  /** Places a given token, at a masked position or over a placed one. */
  void commit(int position, int token);

  /** Masks a placed position again. */
  void remask(int position);
}
