package org.decodebench.tornado;

import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Lays the runs of a forward out as the records that {@link Call} describes. */
final class RowLayout {
  private final ModelConfig config;
  private int rows;
  private int wanted;
  private int paths;

  RowLayout(ModelConfig config) {
    this.config = config;
  }

  int rows() {
    return rows;
  }

  int wanted() {
    return wanted;
  }

  /** Nodes in the paths of all rows. */
  int paths() {
    return paths;
  }

  void measure(List<Run> runs) {
    rows = 0;
    wanted = 0;
    paths = 0;
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      rows += run.tokens().length;
      wanted += run.rows().length;
      if (run.attention() instanceof Attention.Tree tree) {
        for (int slot = run.first(); slot < run.end(); slot++) {
          paths += tree.depth(slot - tree.prefix()) + 1;
        }
      }
    }
  }

  /**
   * @param firstRow of the session in the pool
   * @param capacity rows of a sequence
   */
  void write(List<Run> runs, int firstRow, int capacity, IntArray call, Buffers.Dims dims) {
    int row = 0;
    int output = 0;
    int path = Call.size(dims.rows(), 0);
    for (int r = 0; r < runs.size(); r++) {
      Run run = runs.get(r);
      for (int wantedRow : run.rows()) {
        call.set(Call.HEADER + output++ * Call.RECORD + Call.OUTPUT, row + wantedRow);
      }
      int base = firstRow + run.sequence() * capacity;
      for (int i = 0; i < run.tokens().length; i++, row++) {
        int record = Call.HEADER + row * Call.RECORD;
        int slot = run.first() + i;
        call.set(record + Call.TOKEN, run.tokens()[i]);
        call.set(record + Call.WRITE, base + slot);
        call.set(record + Call.BASE, base);
        call.set(record + Call.PATH, path);
        if (run.attention() instanceof Attention.Tree tree) {
          path = node(tree, slot, record, path, call);
        } else {
          plain(run.attention(), slot, record, call);
        }
      }
    }
  }

  private void plain(Attention attention, int slot, int record, IntArray call) {
    int end = attention.visible(slot);
    call.set(record + Call.POSITION, slot);
    call.set(record + Call.START, attention instanceof Attention.Causal ? windowStart(end) : 0);
    call.set(record + Call.CONTIGUOUS, end);
    call.set(record + Call.END, end);
  }

  /** A node sees the prefix and its ancestors, in the order from the root. */
  private int node(Attention.Tree tree, int slot, int record, int path, IntArray call) {
    int node = slot - tree.prefix();
    int depth = tree.depth(node);
    int end = tree.prefix() + depth + 1;
    call.set(record + Call.POSITION, end - 1);
    call.set(record + Call.START, windowStart(end));
    call.set(record + Call.CONTIGUOUS, tree.prefix());
    call.set(record + Call.END, end);
    for (int d = depth; d >= 0; d--) {
      call.set(path + d, tree.prefix() + node);
      node = tree.parents()[node];
    }
    return path + depth + 1;
  }

  private int windowStart(int end) {
    return config.slidingWindow() > 0 ? Math.max(0, end - config.slidingWindow()) : 0;
  }
}
