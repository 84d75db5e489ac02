package org.decodebench.core.model;

import org.decodebench.core.kernel.AttentionRows;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.tensor.DType;

/**
 * The forward pass of a pre-norm transformer over the rows of a {@link Batch}. Every step treats a
 * row by itself, apart from attention, which reads the row's own keys; so a row's result depends on
 * nothing else in the batch, nor on how threads share the work, which is decided here. Nothing is
 * allocated.
 */
final class Forward {
  /** Multiply-adds below which a hand-off to other threads costs more than it saves. */
  private static final long LEAST_SHARED = 1 << 18;

  /** Bytes of weights that a part may read again for each row, rather than share them. */
  private static final long BYTES_A_ROW = 1 << 14;

  private final ModelConfig config;
  private final Weights weights;
  private final ThreadPool pool;
  private final ForwardSteps steps;

  // One object a step, so that none is made during a forward.
  private final ThreadPool.Work embed = this::embed;
  private final ThreadPool.Work addInputs = this::addInputs;
  private final ThreadPool.Work attentionNorm = this::attentionNorm;
  private final ThreadPool.Work project = this::project;
  private final ThreadPool.Work store = this::store;
  private final ThreadPool.Work attend = this::attend;
  private final ThreadPool.Work output = this::output;
  private final ThreadPool.Work mlpNorm = this::mlpNorm;
  private final ThreadPool.Work expand = this::expand;
  private final ThreadPool.Work contract = this::contract;
  private final ThreadPool.Work outputNorm = this::outputNorm;
  private final ThreadPool.Work head = this::head;
  private final ThreadPool.Work rowsToFirstKeys = this::rowsToFirstKeys;
  private final ThreadPool.Work rowsToKeys = this::rowsToKeys;
  private final ThreadPool.Work rowsFromKeys = this::rowsFromKeys;
  private final ThreadPool.Work rowsToLogits = this::rowsToLogits;

  private Batch batch;

  /**
   * @param angles rotary table of {@link RopeTable#upTo}, or null
   */
  Forward(ModelConfig config, Weights weights, Kernels kernels, ThreadPool pool, float[] angles) {
    this.config = config;
    this.weights = weights;
    this.pool = pool;
    steps = new ForwardSteps(config, weights, kernels, pool.threads(), angles);
  }

  /** Evaluates the rows, writes their keys and values, and returns the wanted rows' logits. */
  float[] run(Batch batch, KvCache[] caches) {
    this.batch = batch;
    steps.begin(batch, caches);
    Weights.Layer first = weights.layers()[0];
    if (byRows(larger(first.query(), first.up()), batch.size())) {
      layersByRows();
    } else {
      layers();
    }
    if (byRows(weights.head().weight(), batch.wanted())) {
      pool.run(rowsToLogits);
    } else {
      int hidden = config.hiddenSize();
      share(outputNorm, (long) batch.wanted() * hidden);
      share(head, (long) batch.wanted() * hidden * config.vocabSize());
    }
    return steps.logits();
  }

  /** The wanted rows of the last run before the output projection, {@code [wanted][hidden]}. */
  float[] hidden() {
    return steps.hidden();
  }

  /**
   * Whether each thread takes some of the rows through all steps, rather than all rows through some
   * panels of each weight matrix. Threads that take panels write next to each other in every row:
   * each row has cache lines that two cores want, which costs more than the arithmetic where
   * weights are small. Threads that take rows read all weights each, which costs more where they
   * are large.
   *
   * @param largest of the weights that the rows pass
   */
  private boolean byRows(Matrix largest, int rows) {
    int parts = pool.threads();
    // Other types would not only be read, but also unpacked by each thread.
    boolean ready = largest.type() == DType.F32 || largest.type() == DType.BF16;
    return ready
        && parts > 1
        && rows > AttentionRows.BLOCK * (parts - 1) // so that each has some
        && largest.bytes() * (parts - 1) <= BYTES_A_ROW * rows;
  }

  private static Matrix larger(Weights.Linear a, Weights.Linear b) {
    return a.weight().bytes() > b.weight().bytes() ? a.weight() : b.weight();
  }

  private void layersByRows() {
    for (int i = 0; i < config.layers(); i++) {
      steps.layer(i);
      pool.run(i == 0 ? rowsToFirstKeys : rowsToKeys);
      steps.bind();
      pool.run(rowsFromKeys);
    }
  }

  private void layers() {
    long n = batch.size();
    int hidden = config.hiddenSize();
    int projected = config.querySize() + 2 * config.kvSize();
    share(embed, n * hidden);
    if (weights.input() != null) {
      share(addInputs, n * hidden * hidden);
    }
    for (int i = 0; i < config.layers(); i++) {
      steps.layer(i);
      share(attentionNorm, n * hidden);
      share(project, n * hidden * projected);
      share(store, n * projected);
      steps.bind();
      share(attend, n * config.querySize() * keysSeen());
      share(output, n * hidden * config.querySize());
      share(mlpNorm, n * hidden);
      share(expand, n * hidden * config.mlpSize() * 2);
      share(contract, n * hidden * config.mlpSize());
    }
  }

  private long keysSeen() {
    return batch.slots[batch.size() - 1] + 1L;
  }

  private void share(ThreadPool.Work work, long multiplyAdds) {
    if (multiplyAdds < LEAST_SHARED) {
      work.run(0, 1);
    } else {
      pool.run(work);
    }
  }

  // --- a thread that has rows takes them through all steps

  private int firstRow(int part, int parts) {
    return batch.cut(ThreadPool.split(batch.size(), part, parts));
  }

  private void rowsToFirstKeys(int part, int parts) {
    int row = firstRow(part, parts);
    int end = firstRow(part + 1, parts);
    if (row < end) {
      steps.embed(row, end);
      if (weights.input() != null) {
        steps.addInputs(row, end, 0, weights.input().weight().panels(), part);
      }
    }
    rowsToKeys(part, parts);
  }

  /** From what the layer before made of x to this layer's keys and values. */
  private void rowsToKeys(int part, int parts) {
    int row = firstRow(part, parts);
    int end = firstRow(part + 1, parts);
    if (row < end) {
      steps.attentionNorm(row, end);
      steps.project(row, end, 0, steps.projected(), part);
      steps.store(row, end);
    }
  }

  /** From all keys and values to what this layer makes of x. */
  private void rowsFromKeys(int part, int parts) {
    int row = firstRow(part, parts);
    int end = firstRow(part + 1, parts);
    if (row == end) {
      return;
    }
    for (int i = 0; i < batch.runs(); i++) {
      AttentionRows run = batch.attention(i);
      int from = Math.max(0, row - batch.firstRow(i));
      int to = Math.min(run.rows(), end - batch.firstRow(i));
      if (from < to) {
        steps.attend(run, run.block(from), run.block(to), part);
      }
    }
    steps.output(row, end, 0, steps.layer().output().weight().panels(), part);
    steps.mlpNorm(row, end);
    steps.expand(row, end, 0, steps.layer().up().weight().panels(), part);
    steps.contract(row, end, 0, steps.layer().down().weight().panels(), part);
  }

  private void rowsToLogits(int part, int parts) {
    int row = ThreadPool.split(batch.wanted(), part, parts);
    int end = ThreadPool.split(batch.wanted(), part + 1, parts);
    steps.outputNorm(row, end);
    steps.head(row, end, 0, weights.head().weight().panels(), part);
  }

  // --- all threads share a step: its rows, its panels or its blocks of attention

  private void embed(int part, int parts) {
    int n = batch.size();
    steps.embed(ThreadPool.split(n, part, parts), ThreadPool.split(n, part + 1, parts));
  }

  private void addInputs(int part, int parts) {
    int panels = weights.input().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    steps.addInputs(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void attentionNorm(int part, int parts) {
    int n = batch.size();
    steps.attentionNorm(ThreadPool.split(n, part, parts), ThreadPool.split(n, part + 1, parts));
  }

  private void project(int part, int parts) {
    int panels = steps.projected();
    int from = ThreadPool.split(panels, part, parts);
    steps.project(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void store(int part, int parts) {
    int n = batch.size();
    steps.store(ThreadPool.split(n, part, parts), ThreadPool.split(n, part + 1, parts));
  }

  private void attend(int part, int parts) {
    int unit = 0;
    for (int i = 0; i < batch.runs(); i++) {
      AttentionRows run = batch.attention(i);
      int blocks = run.blocks();
      for (int block = 0; block < blocks; block++, unit++) {
        // Taken in turn: the later rows of a causal run see more and take longer.
        if (unit % parts == part) {
          steps.attend(run, block, block + 1, part);
        }
      }
    }
  }

  private void output(int part, int parts) {
    int panels = steps.layer().output().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    steps.output(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void mlpNorm(int part, int parts) {
    int n = batch.size();
    steps.mlpNorm(ThreadPool.split(n, part, parts), ThreadPool.split(n, part + 1, parts));
  }

  private void expand(int part, int parts) {
    int panels = steps.layer().up().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    steps.expand(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void contract(int part, int parts) {
    int panels = steps.layer().down().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    steps.contract(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void outputNorm(int part, int parts) {
    int n = batch.wanted();
    steps.outputNorm(ThreadPool.split(n, part, parts), ThreadPool.split(n, part + 1, parts));
  }

  private void head(int part, int parts) {
    int panels = weights.head().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    steps.head(0, batch.wanted(), from, ThreadPool.split(panels, part + 1, parts), part);
  }
}
