package org.decodebench.tornado;

import java.util.List;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Sequences;
import org.decodebench.core.model.Session;

/** Sequences in the rows of a model's cache pool that this session holds. */
final class TornadoSession implements Session {
  private final TornadoTransformer model;
  private final Sequences sequences;
  private final int firstRow;
  private final RowLayout layout;
  private float[] logits = {};
  private Logits last = new Logits(logits, 0, 0);
  private boolean open = true;

  TornadoSession(TornadoTransformer model, int capacity, int width, int firstRow) {
    this.model = model;
    this.firstRow = firstRow;
    sequences = new Sequences(model.config(), capacity, width);
    layout = new RowLayout(model.config());
  }

  int firstRow() {
    return firstRow;
  }

  float[] logits() {
    return logits;
  }

  /** Makes room for the logits of a forward. */
  void reserve(int size) {
    if (logits.length < size) {
      logits = new float[size];
    }
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
    if (!runs.isEmpty()) {
      model.forward(this, runs, layout);
    }
    sequences.wrote(runs);
    int wanted = runs.isEmpty() ? 0 : layout.wanted();
    if (last.values() != logits || last.rows() != wanted) {
      last = new Logits(logits, wanted, model.config().vocabSize());
    }
    return last;
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
    int prefix = row(sequence) + sequences.length(sequence);
    int[] from = new int[nodes.length];
    int[] to = new int[nodes.length];
    int moves = 0;
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] != i) {
        from[moves] = prefix + nodes[i];
        to[moves++] = prefix + i;
      }
    }
    model.move(java.util.Arrays.copyOf(from, moves), java.util.Arrays.copyOf(to, moves));
    sequences.committedPath(sequence, nodes);
  }

  @Override
  public void copy(int from, int to, int length) {
    sequences.checkCopy(from, length);
    if (from != to) {
      int[] source = new int[length];
      int[] target = new int[length];
      for (int i = 0; i < length; i++) {
        source[i] = row(from) + i;
        target[i] = row(to) + i;
      }
      model.move(source, target);
    }
    sequences.copied(to, length);
  }

  private int row(int sequence) {
    return firstRow + sequence * capacity();
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      model.release(firstRow);
    }
  }
}
