package org.decodebench.core.model;

/**
 * A run of consecutive positions of one sequence to evaluate in a forward.
 *
 * @param sequence which of the session's sequences, 0…width-1
 * @param tokens token ids at positions {@code first}…{@code first + tokens.length - 1} (for {@link
 *     Attention.Tree}: the nodes, in cache slots {@code first}…)
 * @param first position of the first token
 * @param attention which keys each row sees
 * @param rows which rows' logits are wanted, as ascending indices into {@code tokens}; see {@link
 *     #none}, {@link #last}, {@link #all}
 */
public record Run(int sequence, int[] tokens, int first, Attention attention, int[] rows) {

  private static final int[] NONE = {};

  public int end() {
    return first + tokens.length;
  }

  /** No logits: the forward only writes keys and values. */
  public static int[] none() {
    return NONE;
  }

  /** Only the last of {@code n} rows. */
  public static int[] last(int n) {
    return new int[] {n - 1};
  }

  /** All of {@code n} rows. */
  public static int[] all(int n) {
    int[] rows = new int[n];
    for (int i = 0; i < n; i++) {
      rows[i] = i;
    }
    return rows;
  }
}
