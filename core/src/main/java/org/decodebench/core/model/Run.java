package org.decodebench.core.model;

import java.util.List;
import org.decodebench.core.UsageException;

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
 * @param inputs {@code [tokens][hiddenSize]}, added to the tokens' embeddings: what a drafter that
 *     reads its target's hidden states begins with (EAGLE, 2401.15077); null for nothing. Only the
 *     CPU runtime takes them.
 */
public record Run(
    int sequence, int[] tokens, int first, Attention attention, int[] rows, float[] inputs) {

  private static final int[] NONE = {};

  /** Tokens alone. */
  public Run(int sequence, int[] tokens, int first, Attention attention, int[] rows) {
    this(sequence, tokens, first, attention, rows, null);
  }

  public int end() {
    return first + tokens.length;
  }

  /**
   * Checks that the runs bring what the model reads beside tokens.
   *
   * @throws UsageException if a model of heads is used without the hidden states that it reads
   */
  static void checkInputs(List<Run> runs, LanguageModel model) {
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      int given = run.inputs() == null ? 0 : run.inputs().length;
      if (given < run.tokens().length * model.inputSize()) {
        throw new UsageException(
            "'%s' holds heads that draft from the hidden states of another model and cannot be used alone: give it to a speculative decoder, for example --model TARGET --decoder eagle:heads=%s"
                .formatted(model.name(), model.name()));
      }
    }
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
