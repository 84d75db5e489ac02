package org.decodebench.core.model;

import org.decodebench.core.kernel.AttentionRows;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KeyValues;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.kernel.Workspace;
import org.decodebench.core.tensor.DType;

/**
 * The forward pass of a pre-norm transformer over the rows of a {@link Batch}. Every step treats a
 * row by itself, apart from attention, which reads the row's own keys; so a row's result depends on
 * nothing else in the batch. Buffers are kept; nothing is allocated once they are large enough.
 */
final class Forward {
  /** Multiply-adds below which a hand-off to other threads costs more than it saves. */
  private static final long LEAST_SHARED = 1 << 18;

  /** Bytes of weights that a part may read again for each row, rather than share them. */
  private static final long BYTES_A_ROW = 1 << 14;

  private final ModelConfig config;
  private final Weights weights;
  private final Kernels kernels;
  private final ThreadPool pool;
  private final Workspace[] workspaces;
  private final float[] angles;
  private final int hidden;
  private final int half;

  // Floats from a row to the next one.
  private final int hiddenStride;
  private final int queryStride;
  private final int keyStride;
  private final int mlpStride;

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
  private final ThreadPool.Work rowsToKeys = this::rowsToKeys;
  private final ThreadPool.Work rowsFromKeys = this::rowsFromKeys;
  private final ThreadPool.Work rowsToLogits = this::rowsToLogits;

  private Batch batch;
  private KvCache[] caches;
  private int layerIndex;
  private Weights.Layer layer;

  /** The residual stream, {@code [rows][hidden]}. */
  private float[] x = {};

  /** Its normalised form, later a layer's contribution to it. */
  private float[] h = {};

  /** The inputs of heads. */
  private float[] given = {};

  /** Hidden states without the strides' padding. */
  private float[] shown = {};

  private float[] q = {};
  private float[] k = {};
  private float[] v = {};
  private float[] mixed = {};
  private float[] gate = {};
  private float[] up = {};
  private float[] logits = {};

  /**
   * @param angles rotary table of {@link RopeTable#upTo}, or null
   */
  Forward(ModelConfig config, Weights weights, Kernels kernels, ThreadPool pool, float[] angles) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.pool = pool;
    this.angles = angles;
    hidden = config.hiddenSize();
    hiddenStride = stride(hidden);
    queryStride = stride(config.querySize());
    keyStride = stride(config.kvSize());
    mlpStride = stride(config.mlpSize());
    half = config.positions() instanceof ModelConfig.Positions.Rope rope ? rope.rotary() / 2 : 0;
    workspaces = new Workspace[pool.threads()];
    for (int i = 0; i < workspaces.length; i++) {
      workspaces[i] = new Workspace();
    }
  }

  /**
   * A product reads several rows side by side: a whole number of pages apart they would share, and
   * crowd, the same few lines of the first cache.
   */
  private static int stride(int size) {
    return size % 512 == 0 ? size + 16 : size;
  }

  /** Evaluates the rows, writes their keys and values, and returns the wanted rows' logits. */
  float[] run(Batch batch, KvCache[] caches) {
    this.batch = batch;
    this.caches = caches;
    reserve(batch.size(), batch.wanted());
    if (byRows(larger(layer(0).query(), layer(0).up()), batch.size())) {
      layersByRows();
    } else {
      layers();
    }
    // logits = W_head norm(x), of the rows asked for
    if (byRows(weights.head().weight(), batch.wanted())) {
      pool.run(rowsToLogits);
    } else {
      share(outputNorm, (long) batch.wanted() * hidden);
      share(head, (long) batch.wanted() * hidden * config.vocabSize());
    }
    return logits;
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
    for (layerIndex = 0; layerIndex < config.layers(); layerIndex++) {
      layer = layer(layerIndex);
      pool.run(rowsToKeys);
      bind();
      pool.run(rowsFromKeys);
    }
  }

  private void layers() {
    int n = batch.size();
    // x = E[token], plus P[position] where positions are learned
    share(embed, (long) n * hidden);
    if (weights.input() != null) {
      // x = x + W_fc input, of heads that read another model's hidden states
      share(addInputs, (long) n * hidden * hidden);
    }
    for (layerIndex = 0; layerIndex < config.layers(); layerIndex++) {
      layer = layer(layerIndex);

      // h = norm(x)
      share(attentionNorm, (long) n * hidden);
      // q, k, v = W_q h, W_k h, W_v h
      share(project, (long) n * hidden * (config.querySize() + 2 * config.kvSize()));
      // q and k are normalised by head (Qwen3) and rotated by their positions; k and v enter the
      // cache
      share(store, (long) n * (config.querySize() + 2 * config.kvSize()));
      // mixed = softmax(q kᵀ / √d) v over the keys that each row sees
      bind();
      share(attend, (long) n * config.querySize() * keysSeen());
      // x = x + W_o mixed
      share(output, (long) n * hidden * config.querySize());

      // h = norm(x)
      share(mlpNorm, (long) n * hidden);
      // gate = silu(W_gate h) * W_up h, or gelu(W_up h)
      share(expand, (long) n * hidden * config.mlpSize() * 2);
      // x = x + W_down gate
      share(contract, (long) n * hidden * config.mlpSize());
    }
  }

  /** The wanted rows of the last run before the output projection, {@code [wanted][hidden]}. */
  float[] hidden() {
    if (batch == null || hiddenStride == hidden) {
      return h;
    }
    shown = reserve(shown, batch.wanted(), hidden);
    for (int row = 0; row < batch.wanted(); row++) {
      System.arraycopy(h, row * hiddenStride, shown, row * hidden, hidden);
    }
    return shown;
  }

  private void bind() {
    for (int run = 0; run < batch.runs(); run++) {
      int first = batch.firstRow(run);
      KeyValues cache = caches[batch.sequence(first)].layer(layerIndex);
      batch.attention(run).bind(cache, q, queryStride, mixed, queryStride, first);
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

  // --- steps of a thread that has rows

  /** From the tokens, or the layer before, to this layer's keys and values. */
  private void rowsToKeys(int part, int parts) {
    int row = batch.cut(ThreadPool.split(batch.size(), part, parts));
    int end = batch.cut(ThreadPool.split(batch.size(), part + 1, parts));
    if (row == end) {
      return;
    }
    if (layerIndex == 0) {
      embedRows(row, end);
      if (weights.input() != null) {
        Weights.Linear input = weights.input();
        residual(input, given, hidden, row, end, 0, input.weight().panels(), part);
      }
    }
    normRows(layer.attentionNorm(), row, end);
    project(row, end, 0, projected(), part);
    storeRows(row, end);
  }

  /** From all keys and values to what the layer makes of x. */
  private void rowsFromKeys(int part, int parts) {
    int row = batch.cut(ThreadPool.split(batch.size(), part, parts));
    int end = batch.cut(ThreadPool.split(batch.size(), part + 1, parts));
    if (row == end) {
      return;
    }
    for (int run = 0; run < batch.runs(); run++) {
      AttentionRows rows = batch.attention(run);
      int from = Math.max(0, row - batch.firstRow(run));
      int to = Math.min(rows.rows(), end - batch.firstRow(run));
      if (from < to) {
        kernels.attend(rows, rows.block(from), rows.block(to), workspaces[part]);
      }
    }
    Weights.Linear out = layer.output();
    residual(out, mixed, queryStride, row, end, 0, out.weight().panels(), part);
    normRows(layer.mlpNorm(), row, end);
    expand(row, end, 0, layer.up().weight().panels(), part);
    residual(layer.down(), mlp(), mlpStride, row, end, 0, layer.down().weight().panels(), part);
  }

  private void rowsToLogits(int part, int parts) {
    int row = ThreadPool.split(batch.wanted(), part, parts);
    int end = ThreadPool.split(batch.wanted(), part + 1, parts);
    normOutputs(row, end);
    head(row, end, 0, weights.head().weight().panels(), part);
  }

  // --- steps of all threads, by rows or panels as each step allows

  private void embed(int part, int parts) {
    embedRows(
        ThreadPool.split(batch.size(), part, parts),
        ThreadPool.split(batch.size(), part + 1, parts));
  }

  private void addInputs(int part, int parts) {
    residual(weights.input(), given, hidden, part, parts);
  }

  private void attentionNorm(int part, int parts) {
    shareNorm(layer.attentionNorm(), part, parts);
  }

  private void mlpNorm(int part, int parts) {
    shareNorm(layer.mlpNorm(), part, parts);
  }

  private void shareNorm(Weights.Norm norm, int part, int parts) {
    int row = ThreadPool.split(batch.size(), part, parts);
    normRows(norm, row, ThreadPool.split(batch.size(), part + 1, parts));
  }

  private void project(int part, int parts) {
    int from = ThreadPool.split(projected(), part, parts);
    project(0, batch.size(), from, ThreadPool.split(projected(), part + 1, parts), part);
  }

  private void store(int part, int parts) {
    storeRows(
        ThreadPool.split(batch.size(), part, parts),
        ThreadPool.split(batch.size(), part + 1, parts));
  }

  private void attend(int part, int parts) {
    int unit = 0;
    for (int run = 0; run < batch.runs(); run++) {
      AttentionRows rows = batch.attention(run);
      int blocks = rows.blocks();
      for (int block = 0; block < blocks; block++, unit++) {
        // Taken in turn: the later rows of a causal run see more and take longer.
        if (unit % parts == part) {
          kernels.attend(rows, block, block + 1, workspaces[part]);
        }
      }
    }
  }

  private void output(int part, int parts) {
    residual(layer.output(), mixed, queryStride, part, parts);
  }

  private void expand(int part, int parts) {
    int panels = layer.up().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    expand(0, batch.size(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  private void contract(int part, int parts) {
    residual(layer.down(), mlp(), mlpStride, part, parts);
  }

  private void residual(Weights.Linear linear, float[] in, int inStride, int part, int parts) {
    int panels = linear.weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    int to = ThreadPool.split(panels, part + 1, parts);
    residual(linear, in, inStride, 0, batch.size(), from, to, part);
  }

  private void outputNorm(int part, int parts) {
    normOutputs(
        ThreadPool.split(batch.wanted(), part, parts),
        ThreadPool.split(batch.wanted(), part + 1, parts));
  }

  private void head(int part, int parts) {
    int panels = weights.head().weight().panels();
    int from = ThreadPool.split(panels, part, parts);
    head(0, batch.wanted(), from, ThreadPool.split(panels, part + 1, parts), part);
  }

  // --- rows {@code row…end-1}, panels {@code from…to-1}

  private void embedRows(int row, int end) {
    for (; row < end; row++) {
      weights.embedding().row(batch.tokens[row], x, row * hiddenStride);
      if (weights.positions() != null) {
        weights.positions().readRow(batch.positions[row], h, row * hiddenStride);
        kernels.add(h, row * hiddenStride, x, row * hiddenStride, hidden);
      }
      if (weights.input() != null) {
        System.arraycopy(batch.inputs(row), batch.inputOffset(row), given, row * hidden, hidden);
      }
    }
  }

  private void normRows(Weights.Norm norm, int row, int end) {
    for (; row < end; row++) {
      norm(norm, row * hiddenStride, row * hiddenStride);
    }
  }

  private void normOutputs(int i, int end) {
    for (; i < end; i++) {
      norm(weights.norm(), batch.outputs[i] * hiddenStride, i * hiddenStride);
    }
  }

  private void norm(Weights.Norm norm, int from, int to) {
    if (config.norm() == ModelConfig.Norm.RMS) {
      kernels.rmsNorm(x, from, norm.weight(), hidden, config.normEpsilon(), h, to);
    } else {
      kernels.layerNorm(x, from, norm.weight(), norm.bias(), hidden, config.normEpsilon(), h, to);
    }
  }

  /** Panels of queries, keys and values, in this order. */
  private int projected() {
    return layer.query().weight().panels() + 2 * layer.key().weight().panels();
  }

  private void project(int row, int end, int from, int to, int part) {
    int keys = layer.query().weight().panels();
    int values = keys + layer.key().weight().panels();
    linear(layer.query(), from, to, h, hiddenStride, row, end, q, queryStride, part);
    linear(layer.key(), from - keys, to - keys, h, hiddenStride, row, end, k, keyStride, part);
    linear(
        layer.value(), from - values, to - values, h, hiddenStride, row, end, v, keyStride, part);
  }

  /** The panels of {@code from…to-1} that the projection has. */
  private void linear(
      Weights.Linear linear,
      int from,
      int to,
      float[] in,
      int inStride,
      int row,
      int end,
      float[] out,
      int outStride,
      int part) {
    int first = Math.max(from, 0);
    int last = Math.min(to, linear.weight().panels());
    if (first >= last) {
      return;
    }
    kernels.multiply(
        linear.weight(),
        first,
        last,
        in,
        row * inStride,
        inStride,
        end - row,
        out,
        row * outStride,
        outStride,
        workspaces[part]);
    if (linear.bias() != null) {
      int column = first * Matrix.PANEL;
      int columns = columns(linear, first, last);
      for (; row < end; row++) {
        addBias(linear.bias(), column, out, row * outStride + column, columns);
      }
    }
  }

  private static void addBias(float[] bias, int from, float[] out, int to, int n) {
    for (int i = 0; i < n; i++) {
      out[to + i] += bias[from + i];
    }
  }

  private static int columns(Weights.Linear linear, int fromPanel, int toPanel) {
    int panel = Matrix.PANEL;
    return Math.min(toPanel * panel, linear.size()) - fromPanel * panel;
  }

  private void storeRows(int row, int end) {
    for (; row < end; row++) {
      int angle = batch.positions[row] * 2 * half;
      heads(q, row * queryStride, config.heads(), layer.queryNorm(), angle);
      heads(k, row * keyStride, config.kvHeads(), layer.keyNorm(), angle);
      caches[batch.sequence(row)]
          .layer(layerIndex)
          .store(batch.slots[row], k, row * keyStride, v, row * keyStride);
    }
  }

  private void heads(float[] values, int offset, int count, float[] norm, int angle) {
    for (int i = 0; i < count; i++) {
      int at = offset + i * config.headSize();
      if (norm != null) {
        kernels.rmsNorm(values, at, norm, config.headSize(), config.normEpsilon(), values, at);
      }
      if (half > 0) {
        kernels.rotate(values, at, half, angles, angle);
      }
    }
  }

  /** x = x + W in. */
  private void residual(
      Weights.Linear linear,
      float[] in,
      int inStride,
      int row,
      int end,
      int from,
      int to,
      int part) {
    if (from == to) {
      return;
    }
    linear(linear, from, to, in, inStride, row, end, h, hiddenStride, part);
    int column = from * Matrix.PANEL;
    for (; row < end; row++) {
      int at = row * hiddenStride + column;
      kernels.add(h, at, x, at, columns(linear, from, to));
    }
  }

  private void expand(int row, int end, int from, int to, int part) {
    if (from == to) {
      return;
    }
    linear(layer.up(), from, to, h, hiddenStride, row, end, up, mlpStride, part);
    if (layer.gate() != null) {
      linear(layer.gate(), from, to, h, hiddenStride, row, end, gate, mlpStride, part);
    }
    int column = from * Matrix.PANEL;
    int columns = columns(layer.up(), from, to);
    for (; row < end; row++) {
      int at = row * mlpStride + column;
      if (layer.gate() != null) {
        kernels.swiglu(gate, at, up, at, columns);
      } else {
        kernels.gelu(up, at, columns);
      }
    }
  }

  /** What the MLP's last product reads. */
  private float[] mlp() {
    return config.mlp() == ModelConfig.Mlp.SWIGLU ? gate : up;
  }

  private void head(int row, int end, int from, int to, int part) {
    linear(weights.head(), from, to, h, hiddenStride, row, end, logits, config.vocabSize(), part);
  }

  private void reserve(int n, int wanted) {
    x = reserve(x, n, hiddenStride);
    h = reserve(h, n, hiddenStride);
    q = reserve(q, n, queryStride);
    k = reserve(k, n, keyStride);
    v = reserve(v, n, keyStride);
    mixed = reserve(mixed, n, queryStride);
    up = reserve(up, n, mlpStride);
    gate = layer(0).gate() == null ? gate : reserve(gate, n, mlpStride);
    given = weights.input() == null ? given : reserve(given, n, hidden);
    logits = reserve(logits, wanted, config.vocabSize());
  }

  private Weights.Layer layer(int i) {
    return weights.layers()[i];
  }

  private static float[] reserve(float[] buffer, int rows, int size) {
    int need = Math.multiplyExact(rows, size);
    return buffer.length >= need ? buffer : new float[need];
  }
}
