package org.decodebench.core.sampling;

/**
 * What stands before the token to sample, for processors that look back.
 *
 * @param tokens holds the text so far; only the first {@code length} ids count
 * @param length number of ids, prompt included
 * @param prompt how many of them are the prompt's
 */
public record History(int[] tokens, int length, int prompt) {

  public static final History EMPTY = new History(new int[0], 0, 0);

  /** Number of tokens after the prompt. */
  public int generated() {
    return length - prompt;
  }
}
