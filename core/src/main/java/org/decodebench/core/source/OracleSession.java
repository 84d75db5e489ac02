package org.decodebench.core.source;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** A session whose cache keeps, for each position, the token last evaluated there. */
final class OracleSession implements Session {
  private static final int EMPTY = -1;

  private final OracleAnswers answers;
  private final int[][] cache;
  private final int[] lengths;
  private float[] values = new float[0];

  OracleSession(OracleAnswers answers, int capacity, int width) {
    this.answers = answers;
    cache = new int[width][capacity];
    for (int[] row : cache) {
      Arrays.fill(row, EMPTY);
    }
    lengths = new int[width];
  }

  @Override
  public int capacity() {
    return cache[0].length;
  }

  @Override
  public int width() {
    return cache.length;
  }

  @Override
  public int length(int sequence) {
    return lengths[sequence];
  }

  @Override
  public Logits forward(List<Run> runs) {
    int rows = 0;
    Run before = null;
    for (Run run : runs) {
      boolean further = before != null && before.sequence() == run.sequence();
      if (further && !(run.attention() instanceof Attention.Bidirectional)) {
        throw new IllegalArgumentException("two runs of sequence " + run.sequence());
      }
      check(run, runs);
      rows += run.rows().length;
      before = run;
    }
    int vocab = answers.vocabSize();
    if (values.length < rows * vocab) {
      values = new float[rows * vocab];
    }
    for (Run run : runs) {
      System.arraycopy(run.tokens(), 0, cache[run.sequence()], run.first(), run.tokens().length);
    }
    int row = 0;
    for (Run run : runs) {
      for (int index : run.rows()) {
        answer(run, index, row++ * vocab);
      }
    }
    return new Logits(values, rows, vocab);
  }

  private void answer(Run run, int index, int offset) {
    int[] tokens = cache[run.sequence()];
    int slot = run.first() + index;
    if (run.attention() instanceof Attention.Tree tree) {
      int[] seen = path(tokens, tree, slot);
      answers.answer(seen, seen.length - 1, values, offset);
    } else {
      int visible = run.attention().visible(slot);
      answers.answer(Arrays.copyOf(tokens, visible), slot, values, offset);
    }
  }

  /** The prefix, then the node's ancestors and itself. */
  private static int[] path(int[] tokens, Attention.Tree tree, int slot) {
    int prefix = tree.prefix();
    int node = slot - prefix;
    int[] seen = Arrays.copyOf(tokens, prefix + tree.depth(node) + 1);
    for (int at = seen.length - 1; at >= prefix; at--) {
      seen[at] = tokens[prefix + node];
      node = tree.parents()[node];
    }
    return seen;
  }

  private void check(Run run, List<Run> together) {
    if (run.first() < 0 || run.end() > capacity()) {
      throw new IllegalArgumentException(
          "run of positions %d to %d leaves the capacity %d"
              .formatted(run.first(), run.end(), capacity()));
    }
    for (int index = 0; index < run.tokens().length; index++) {
      int visible = run.attention().visible(run.first() + index);
      if (visible > capacity()) {
        throw new IllegalArgumentException(
            "canvas of %d positions leaves the capacity %d".formatted(visible, capacity()));
      }
      for (int key = lengths[run.sequence()]; key < visible; key++) {
        if (!isEvaluated(together, run.sequence(), key) && !kept(run, key)) {
          throw new IllegalArgumentException(
              "position %d sees position %d, which is neither committed nor in this forward"
                  .formatted(run.first() + index, key));
        }
      }
    }
  }

  private static boolean isEvaluated(List<Run> together, int sequence, int key) {
    return together.stream()
        .anyMatch(run -> run.sequence() == sequence && key >= run.first() && key < run.end());
  }

  /** Above the committed length only canvases and trees read what earlier forwards wrote. */
  private boolean kept(Run run, int key) {
    boolean reads =
        run.attention() instanceof Attention.Bidirectional
            || run.attention() instanceof Attention.Tree;
    return reads && cache[run.sequence()][key] != EMPTY;
  }

  @Override
  public void commit(int sequence, int length) {
    if (length < lengths[sequence] || length > capacity()) {
      throw new IllegalArgumentException(
          "commit to %d: the length is %d, the capacity %d"
              .formatted(length, lengths[sequence], capacity()));
    }
    for (int i = lengths[sequence]; i < length; i++) {
      if (cache[sequence][i] == EMPTY) {
        throw new IllegalArgumentException("commit of position " + i + ", never written");
      }
    }
    lengths[sequence] = length;
  }

  @Override
  public void truncate(int sequence, int length) {
    Arrays.fill(cache[sequence], length, capacity(), EMPTY);
    lengths[sequence] = Math.min(lengths[sequence], length);
  }

  @Override
  public void commitPath(int sequence, int[] nodes) {
    int[] tokens = cache[sequence];
    int prefix = lengths[sequence];
    for (int d = 0; d < nodes.length; d++) {
      tokens[prefix + d] = tokens[prefix + nodes[d]];
    }
    commit(sequence, prefix + nodes.length);
    truncate(sequence, prefix + nodes.length);
  }

  @Override
  public void copy(int from, int to, int length) {
    if (length > lengths[from]) {
      throw new IllegalArgumentException(
          "copy of %d positions, %d are committed".formatted(length, lengths[from]));
    }
    int[] kept = Arrays.copyOf(cache[from], length);
    truncate(to, 0);
    System.arraycopy(kept, 0, cache[to], 0, length);
    lengths[to] = length;
  }

  @Override
  public void close() {}
}
