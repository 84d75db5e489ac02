package org.decodebench.core.model;

import java.util.List;

/**
 * One decoding state: the KV caches of {@link #width} sequences of at most {@link #capacity}
 * positions each.
 *
 * <p>The cache is addressed by position: {@link #forward} writes keys and values at the positions
 * that it evaluates and reads what the {@link Attention} lets each row see. Positions below {@link
 * #length} are committed; what was written above them counts only within a bidirectional canvas
 * (prefix and dual caches) and is overwritten freely, so a rejected draft or an unfinished block is
 * dropped by not committing it.
 *
 * <p><b>Row invariance.</b> The logits of a row are bit-identical whatever else is evaluated in the
 * same forward (other positions, other sequences), on any number of threads.
 *
 * <p>Not thread-safe; a session is used by one thread at a time.
 */
public interface Session extends AutoCloseable {

  /** Most positions that a sequence may have. */
  int capacity();

  /** Number of sequences. */
  int width();

  /** Committed length of a sequence. */
  int length(int sequence);

  /**
   * Evaluates the runs together: one a sequence, or several stretches of a bidirectional canvas,
   * one after another in ascending order, which see each other's new keys and values.
   *
   * @throws IllegalArgumentException if a run leaves the capacity, or if a row of it would see a
   *     position that is neither committed nor in this run (for a bidirectional canvas: never
   *     written and not in this forward)
   */
  Logits forward(List<Run> runs);

  /** {@link #forward(List)} of one run of sequence 0. */
  default Logits forward(int[] tokens, int first, Attention attention, int[] rows) {
    return forward(List.of(new Run(0, tokens, first, attention, rows)));
  }

  /**
   * Declares positions below {@code length} final; they must have been written. Lengths only grow.
   */
  void commit(int sequence, int length);

  /** Drops everything at and above {@code length}. */
  void truncate(int sequence, int length);

  /**
   * Keeps one path of a drafted {@link Attention.Tree}: moves the keys and values of the given
   * nodes, in order from the root, to the positions after the committed prefix, and commits them.
   */
  void commitPath(int sequence, int[] nodes);

  /**
   * Makes sequence {@code to} begin with a copy of the first {@code length} committed positions of
   * sequence {@code from} and nothing after them: how beams fork and prompts share a prefix.
   */
  void copy(int from, int to, int length);

  /**
   * Tells a model that is conditioned on the noise of its canvas how noisy the next ones are;
   * others ignore it.
   *
   * @param clean share of tokens that are still clean, 0 to 1
   */
  default void noise(double clean) {}

  /**
   * What the logits of the last forward were computed from: the residual stream after the last
   * norm, {@code [rows][hiddenSize]}, in the order of the logits' rows. The array belongs to the
   * session and holds until its next forward; it is empty where a runtime has no hidden states or
   * does not show them.
   */
  default float[] hidden() {
    return new float[0];
  }

  /**
   * Keys and values that the cache holds for a position, {@code [layer][key, value][kvHead]
   * [headSize]}, for diagnoses; empty where a runtime has none or does not show them.
   */
  default float[] cached(int sequence, int position) {
    return new float[0];
  }

  @Override
  void close();
}
