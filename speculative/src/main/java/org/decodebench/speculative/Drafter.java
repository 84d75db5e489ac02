package org.decodebench.speculative;

import java.util.List;

/**
 * Proposes what might follow a text. The verifier keeps the result exact whatever is proposed, as
 * long as a proposal's distribution is the one that its token was really drawn from, and nothing
 * about the draft's shape depends on a token that is then left out.
 *
 * <p>Made for one decode; draws its random numbers from {@link
 * org.decodebench.ar.Continuation#uniform} at the token's position with the steps of {@link
 * Verifier#draw}, so that a text's draft does not depend on the batch.
 */
interface Drafter extends AutoCloseable {

  /** New texts, each holding its prompt alone, take their places (earlier ones are gone). */
  default void enter(List<Seat> seats) {}

  /** Whether {@link #heard} is to be told of the target's hidden states. */
  default boolean readsTarget() {
    return false;
  }

  /**
   * The target's hidden state at a position of a text: of every position but the last, in order,
   * before the text is drafted for.
   *
   * @param hidden holds the state from {@code offset} on, until this returns
   */
  default void heard(Seat seat, int position, float[] hidden, int offset) {}

  /**
   * @param most for each seat the deepest draft that is of use, at least 1
   * @return one draft a seat, in order; it may be empty
   */
  List<Draft> draft(List<Seat> seats, int[] most);

  /** The drafts were verified and the texts have grown; texts that are done are not mentioned. */
  default void settle(List<Seat> seats) {}

  @Override
  default void close() {}
}
