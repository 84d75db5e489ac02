package org.decodebench.core.decode;

import java.util.List;
import java.util.Map;

/**
 * What a decode gave.
 *
 * @param sequences one a prompt, in order
 * @param drafted drafted tokens that were verified, over the batch; 0 where nothing is drafted
 * @param accepted of those, how many were accepted
 * @param verifications times that a text was verified: texts of a batch that share a forward count
 *     each; 0 where nothing is drafted
 * @param acceptedAt {@code [position in the draft][drafted, accepted]}; empty where nothing is
 *     drafted
 * @param phases nanoseconds by phase ({@code prefill}, {@code draft}, {@code verify}, {@code
 *     sample}, {@code cache}, …); what is not named is "other"
 */
public record DecodeResult(
    List<Sequence> sequences,
    long drafted,
    long accepted,
    long verifications,
    long[][] acceptedAt,
    Map<String, Long> phases) {

  /** How a sequence came to its end. */
  public enum Stop {
    /** An end token. */
    END,
    /** The asked number of tokens. */
    LENGTH,
    /** A stop string or a further stop token that the decoder's settings name. */
    STOPPED
  }

  /**
   * @param tokens emitted tokens up to and including the one that ended the text; no prompt, no
   *     padding
   */
  public record Sequence(int[] tokens, Stop stop) {}

  public static DecodeResult of(List<Sequence> sequences, Map<String, Long> phases) {
    return new DecodeResult(sequences, 0, 0, 0, new long[0][], phases);
  }
}
