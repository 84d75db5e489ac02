package org.decodebench.core.model;

import java.util.BitSet;
import java.util.List;

/**
 * The bookkeeping of a {@link Session}'s sequences, whatever holds their keys and values: which
 * positions are committed, which above them hold something, and whether a forward keeps to the
 * contract.
 */
public final class Sequences {
  private final int vocabSize;
  private final int capacity;
  private final Sequence[] sequences;

  /** What is known of the positions of one sequence. */
  private static final class Sequence {
    private final BitSet written;
    private int length;

    /** In the forward that is being checked. */
    private int runs;

    Sequence(int capacity) {
      written = new BitSet(capacity);
      // Sizes the set now, so that no forward has to.
      written.set(capacity);
      written.clear(capacity);
    }

    void truncate(int to) {
      written.clear(to, Math.max(to, written.length()));
      length = Math.min(length, to);
    }
  }

  public Sequences(ModelConfig config, int capacity, int width) {
    vocabSize = config.vocabSize();
    this.capacity = capacity;
    sequences = new Sequence[width];
    for (int i = 0; i < width; i++) {
      sequences[i] = new Sequence(capacity);
    }
  }

  public int capacity() {
    return capacity;
  }

  public int width() {
    return sequences.length;
  }

  /** Committed positions. */
  public int length(int sequence) {
    return sequences[sequence].length;
  }

  /**
   * Checks the runs of a forward before anything is computed.
   *
   * @throws IllegalArgumentException as {@link Session#forward} says
   */
  public void check(List<Run> runs) {
    for (Sequence sequence : sequences) {
      sequence.runs = 0;
    }
    for (int i = 0; i < runs.size(); i++) {
      checkPlace(runs, i);
    }
    for (int i = 0; i < runs.size(); i++) {
      checkSight(runs, i);
    }
  }

  private void checkPlace(List<Run> runs, int index) {
    Run run = runs.get(index);
    if (run.sequence() < 0 || run.sequence() >= width()) {
      throw bad("sequence %d is not one of %d", run.sequence(), width());
    }
    Sequence sequence = sequences[run.sequence()];
    if (sequence.runs++ > 0 && !continues(runs.get(index - 1), run)) {
      throw bad("sequence %d has two runs that are no stretches of a canvas", run.sequence());
    }
    if (run.first() < 0 || run.tokens().length == 0 || run.end() > capacity) {
      throw bad("positions %d to %d leave the capacity %d", run.first(), run.end(), capacity);
    }
    for (int token : run.tokens()) {
      if (token < 0 || token >= vocabSize) {
        throw bad("token %d, vocabulary of %d", token, vocabSize);
      }
    }
    int previous = -1;
    for (int row : run.rows()) {
      if (row <= previous || row >= run.tokens().length) {
        throw bad("row %d of %d tokens is out of order or range", row, run.tokens().length);
      }
      previous = row;
    }
  }

  /** Whether a run is a further stretch of the canvas of the run before it. */
  private static boolean continues(Run before, Run run) {
    return before.sequence() == run.sequence()
        && run.attention() instanceof Attention.Bidirectional
        && run.attention().equals(before.attention())
        && run.first() >= before.end();
  }

  /** Every key that a row sees must be committed, in this run, or kept in a canvas or tree. */
  private void checkSight(List<Run> runs, int index) {
    Run run = runs.get(index);
    Sequence sequence = sequences[run.sequence()];
    boolean canvas = run.attention() instanceof Attention.Bidirectional;
    if (run.attention() instanceof Attention.Tree tree) {
      checkTree(run, tree, sequence);
      canvas = true;
    }
    int checked = 0;
    for (int slot = run.first(); slot < run.end(); slot++) {
      int visible = run.attention().visible(slot);
      if (visible > capacity) {
        throw bad("position %d sees %d positions, the capacity is %d", slot, visible, capacity);
      }
      boolean obvious = run.first() <= sequence.length && visible <= run.end();
      if (!obvious && visible > checked) {
        checkKeys(runs, run, slot, visible, canvas);
        checked = visible;
      }
    }
  }

  private void checkKeys(List<Run> runs, Run run, int slot, int visible, boolean canvas) {
    Sequence sequence = sequences[run.sequence()];
    for (int key = sequence.length; key < visible; key++) {
      if (!(canvas && sequence.written.get(key)) && !isEvaluated(runs, run.sequence(), key)) {
        throw bad(
            "position %d sees position %d, which is neither committed nor in this forward",
            slot, key);
      }
    }
  }

  private static boolean isEvaluated(List<Run> runs, int sequence, int key) {
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      if (run.sequence() == sequence && key >= run.first() && key < run.end()) {
        return true;
      }
    }
    return false;
  }

  private static void checkTree(Run run, Attention.Tree tree, Sequence sequence) {
    if (tree.prefix() > sequence.length
        || run.first() < tree.prefix()
        || run.end() - tree.prefix() > tree.parents().length) {
      throw bad(
          "slots %d to %d are no nodes of a tree of %d after %d of %d committed positions",
          run.first(), run.end(), tree.parents().length, tree.prefix(), sequence.length);
    }
  }

  /** Notes the keys and values that a forward wrote. */
  public void wrote(List<Run> runs) {
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      sequences[run.sequence()].written.set(run.first(), run.end());
    }
  }

  /** As {@link Session#commit}. */
  public void commit(int sequence, int to) {
    Sequence s = sequences[sequence];
    if (to > capacity) {
      throw bad("commit to %d, the capacity is %d", to, capacity);
    }
    if (to < s.length) {
      throw bad("commit to %d shortens the committed length %d", to, s.length);
    }
    int missing = s.written.nextClearBit(s.length);
    if (missing < to) {
      throw bad("commit to %d, but position %d was never written", to, missing);
    }
    s.length = to;
  }

  /** As {@link Session#truncate}. */
  public void truncate(int sequence, int to) {
    if (to < 0) {
      throw bad("truncate to %d", to);
    }
    sequences[sequence].truncate(to);
  }

  /**
   * Checks a path before its nodes are moved: in order, and evaluated.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public void checkPath(int sequence, int[] nodes) {
    Sequence s = sequences[sequence];
    int last = -1;
    for (int node : nodes) {
      if (node <= last || !s.written.get(s.length + node)) {
        throw bad("node %d of the path is out of order or was never evaluated", node);
      }
      last = node;
    }
  }

  /** Commits the nodes that have been moved behind the committed positions. */
  public void committedPath(int sequence, int[] nodes) {
    int to = sequences[sequence].length + nodes.length;
    commit(sequence, to);
    truncate(sequence, to);
  }

  /** Checks a copy before it is made. */
  public void checkCopy(int from, int count) {
    if (count < 0 || count > length(from)) {
      throw bad("copy of %d positions, %d are committed", count, length(from));
    }
  }

  /** Notes that a sequence begins with a copy of {@code count} positions, and ends there. */
  public void copied(int to, int count) {
    Sequence s = sequences[to];
    s.truncate(0);
    s.written.set(0, count);
    s.length = count;
  }

  private static IllegalArgumentException bad(String format, Object... args) {
    return new IllegalArgumentException(format.formatted(args));
  }
}
