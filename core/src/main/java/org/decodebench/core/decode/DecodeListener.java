package org.decodebench.core.decode;

/**
 * Hears a decode as it happens, on the decoding thread. From these events alone the harness
 * computes every latency figure, and a report can replay a decode. Implementations only record.
 */
public interface DecodeListener {

  /** The prompt is in the cache; not called by a decoder without a prefill. */
  default void prefilled() {}

  /**
   * Tokens were committed (or, if {@code overwrote}, changed) in one step.
   *
   * @param sequence index in the batch
   * @param step counts the decoder's steps from 0
   * @param positions 0-based after the prompt, ascending
   * @param tokens ids at these positions
   * @param overwrote whether a position held another placed token before
   */
  void committed(int sequence, int step, int[] positions, int[] tokens, boolean overwrote);

  /**
   * Tokens drafted for the positions from {@code first}; the next commit says what became of them.
   */
  default void drafted(int sequence, int step, int first, int[] tokens) {}

  DecodeListener NONE = (sequence, step, positions, tokens, overwrote) -> {};
}
