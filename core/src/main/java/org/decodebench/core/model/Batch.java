package org.decodebench.core.model;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.kernel.AttentionRows;

/**
 * The runs of a forward laid out as rows: for each its token, sequence, cache slot and position in
 * the text, and what it sees. Reused from forward to forward.
 */
final class Batch {
  private final ModelConfig config;
  private AttentionRows[] attention;
  private int runs;
  private int size;
  private int wanted;
  int[] tokens = {};
  int[] slots = {};
  int[] positions = {};

  /** Rows whose logits are wanted, in order. */
  int[] outputs = {};

  private int[] sequences = {};
  private float[][] inputs = {};
  private int[] rowInRun = {};
  private int[] firstRow;

  Batch(ModelConfig config, int width) {
    this.config = config;
    attention = new AttentionRows[0];
    firstRow = new int[0];
    reserveRuns(width);
  }

  private void reserveRuns(int count) {
    int before = attention.length;
    if (before < count) {
      attention = Arrays.copyOf(attention, count);
      firstRow = Arrays.copyOf(firstRow, count);
      float scale = (float) (1 / Math.sqrt(config.headSize()));
      for (int i = before; i < count; i++) {
        attention[i] = new AttentionRows(config.heads(), scale);
      }
    }
  }

  int size() {
    return size;
  }

  int wanted() {
    return wanted;
  }

  int runs() {
    return runs;
  }

  /** What the rows of a run see. */
  AttentionRows attention(int run) {
    return attention[run];
  }

  int firstRow(int run) {
    return firstRow[run];
  }

  /** The sequence of a row. */
  int sequence(int row) {
    return sequences[row];
  }

  /** The row next to {@code row} at which no block of attention is cut. */
  int cut(int row) {
    if (row < size && rowInRun[row] % AttentionRows.BLOCK < AttentionRows.BLOCK / 2) {
      return row - rowInRun[row] % AttentionRows.BLOCK;
    }
    while (row < size && rowInRun[row] % AttentionRows.BLOCK > 0) {
      row++;
    }
    return row;
  }

  /** What is added to a row's embedding, at {@link #inputOffset}; or null. */
  float[] inputs(int row) {
    return inputs[row];
  }

  int inputOffset(int row) {
    return rowInRun[row] * config.hiddenSize();
  }

  void lay(List<Run> list) {
    size = 0;
    wanted = 0;
    runs = list.size();
    reserveRuns(runs);
    for (int i = 0; i < runs; i++) {
      size += list.get(i).tokens().length;
      wanted += list.get(i).rows().length;
    }
    reserve();
    int row = 0;
    int output = 0;
    for (int i = 0; i < runs; i++) {
      Run run = list.get(i);
      firstRow[i] = row;
      for (int wantedRow : run.rows()) {
        outputs[output++] = row + wantedRow;
      }
      lay(run, row, attention[i]);
      row += run.tokens().length;
    }
  }

  private void lay(Run run, int row, AttentionRows sees) {
    int n = run.tokens().length;
    sees.reset(n, run.attention() instanceof Attention.Tree tree ? tree.parents().length : 0);
    for (int i = 0; i < n; i++) {
      tokens[row + i] = run.tokens()[i];
      sequences[row + i] = run.sequence();
      inputs[row + i] = run.inputs();
      rowInRun[row + i] = i;
      slots[row + i] = run.first() + i;
      positions[row + i] =
          switch (run.attention()) {
            case Attention.Tree tree -> layNode(tree, run.first() + i, i, sees);
            case Attention.Causal causal -> {
              sees.sees(i, windowStart(run.first() + i + 1), run.first() + i + 1);
              yield run.first() + i;
            }
            default -> {
              sees.sees(i, 0, run.attention().visible(run.first() + i));
              yield run.first() + i;
            }
          };
    }
  }

  /** A node sees the prefix and its ancestors, in the order from the root. */
  private int layNode(Attention.Tree tree, int slot, int row, AttentionRows sees) {
    int node = slot - tree.prefix();
    int depth = tree.depth(node);
    int end = tree.prefix() + depth + 1;
    sees.sees(row, windowStart(end), tree.prefix(), depth + 1);
    for (int d = depth; d >= 0; d--) {
      sees.path(row, d, tree.prefix() + node);
      node = tree.parents()[node];
    }
    return end - 1;
  }

  private int windowStart(int end) {
    return config.slidingWindow() > 0 ? Math.max(0, end - config.slidingWindow()) : 0;
  }

  private void reserve() {
    if (tokens.length < size) {
      tokens = new int[size];
      slots = new int[size];
      positions = new int[size];
      sequences = new int[size];
      inputs = new float[size][];
      rowInRun = new int[size];
    }
    if (outputs.length < wanted) {
      outputs = new int[wanted];
    }
  }
}
