package org.decodebench.tornado;

import java.util.BitSet;
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
  private float[] hidden = {};
  private double[] summary = {};
  private final BitSet rowsHere = new BitSet();
  private boolean hiddenHere;
  private DeviceLogits last;
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

  /** The logits of the last forward, copied from the device unless they have been. */
  float[] logits() {
    synchronized (model) {
      if (rowsHere.cardinality() < last.rows()) {
        copy(0, last.rows());
      }
      return logits;
    }
  }

  /**
   * The same array, in which at least one row of the last forward holds. Rows come one by one,
   * until so many were asked for that all the rest probably will be.
   */
  float[] logits(int row) {
    synchronized (model) {
      if (!rowsHere.get(row)) {
        boolean few = rowsHere.cardinality() * 4 < last.rows();
        copy(few ? row : 0, few ? 1 : last.rows());
      }
      return logits;
    }
  }

  private void copy(int first, int rows) {
    int size = last.rows() * last.vocab();
    logits = logits.length < size ? new float[size] : logits;
    model.copyLogits(first, rows, logits);
    rowsHere.set(first, first + rows);
  }

  @Override
  public float[] hidden() {
    synchronized (model) {
      if (last != null && last.rows() > 0 && !hiddenHere) {
        int size = last.rows() * model.config().hiddenSize();
        hidden = hidden.length < size ? new float[size] : hidden;
        model.copyHidden(hidden);
        hiddenHere = true;
      }
      return hidden;
    }
  }

  /** Copies what is on the device alone, before it is overwritten there. */
  void keep() {
    if (last.rows() > 0) {
      logits();
      hidden();
    }
  }

  /** {@code [wanted][SummaryKernel.FIELDS]} of the last forward; empty without summaries. */
  double[] summary() {
    return summary;
  }

  /** Makes room for the summaries of a forward. */
  double[] summary(int size) {
    if (summary.length < size) {
      summary = new double[size];
    }
    return summary;
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
    if (runs.isEmpty()) {
      return new Logits(new float[0], 0, model.config().vocabSize());
    }
    layout.measure(runs);
    if (last == null || last.rows() != layout.wanted()) {
      last =
          new DeviceLogits(
              this, layout.wanted(), model.config().vocabSize(), Engine.mask(model.config()));
    }
    rowsHere.clear();
    hiddenHere = false;
    model.forward(this, runs, layout);
    sequences.wrote(runs);
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
      model.release(this);
    }
  }
}
