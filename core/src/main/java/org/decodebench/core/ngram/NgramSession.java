package org.decodebench.core.ngram;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Sequences;
import org.decodebench.core.model.Session;

/** A session whose cache is the tokens themselves. */
final class NgramSession implements Session {
  private final Sequences sequences;
  private final NgramModel model;
  private final int order;
  private final int[][] cache;
  private final int vocab;
  private float[] values = new float[0];

  NgramSession(NgramModel model, int capacity, int width) {
    sequences = new Sequences(model.config(), capacity, width);
    this.model = model;
    order = model.order();
    cache = new int[width][capacity];
    vocab = model.config().vocabSize();
  }

  @Override
  public int capacity() {
    return sequences.capacity();
  }

  @Override
  public int width() {
    return sequences.width();
  }

  @Override
  public int length(int sequence) {
    return sequences.length(sequence);
  }

  @Override
  public Logits forward(List<Run> runs) {
    sequences.check(runs);
    int rows = runs.stream().mapToInt(run -> run.rows().length).sum();
    if (values.length < rows * vocab) {
      values = new float[rows * vocab];
    }
    int row = 0;
    for (Run run : runs) {
      System.arraycopy(run.tokens(), 0, cache[run.sequence()], run.first(), run.tokens().length);
      for (int r : run.rows()) {
        float[] logits = model.logits(context(run, run.first() + r));
        System.arraycopy(logits, 0, values, row * vocab, vocab);
        row++;
      }
    }
    sequences.wrote(runs);
    return new Logits(values, rows, vocab);
  }

  /** The tokens that the model looks back at from a slot, itself included. */
  private int[] context(Run run, int slot) {
    int[] tokens = cache[run.sequence()];
    if (run.attention() instanceof Attention.Tree tree) {
      int[] reversed = new int[order];
      int count = 0;
      int at = slot;
      while (count < order && at >= 0) {
        reversed[count++] = tokens[at];
        int node = at - tree.prefix();
        at = node < 0 ? at - 1 : tree.prefix() + Math.max(-1, tree.parents()[node]);
      }
      int[] context = new int[count];
      for (int i = 0; i < count; i++) {
        context[i] = reversed[count - 1 - i];
      }
      return context;
    }
    if (!(run.attention() instanceof Attention.Causal)) {
      throw new IllegalArgumentException("an n-gram model reads left to right only");
    }
    return Arrays.copyOfRange(tokens, Math.max(0, slot + 1 - order), slot + 1);
  }

  @Override
  public void commit(int sequence, int length) {
    sequences.commit(sequence, length);
  }

  @Override
  public void truncate(int sequence, int length) {
    sequences.truncate(sequence, length);
  }

  @Override
  public void commitPath(int sequence, int[] nodes) {
    sequences.checkPath(sequence, nodes);
    int prefix = sequences.length(sequence);
    int[] tokens = cache[sequence];
    for (int d = 0; d < nodes.length; d++) {
      tokens[prefix + d] = tokens[prefix + nodes[d]];
    }
    sequences.committedPath(sequence, nodes);
  }

  @Override
  public void copy(int from, int to, int length) {
    sequences.checkCopy(from, length);
    System.arraycopy(cache[from], 0, cache[to], 0, length);
    sequences.copied(to, length);
  }

  @Override
  public void close() {}
}
