package org.decodebench.core.model;

import org.decodebench.core.kernel.AttentionRows;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KeyValues;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.Workspace;

/**
 * The steps of a {@link Forward}, each over rows {@code row…end-1} of the batch and, where it
 * multiplies, panels {@code from…to-1} of the weights: who does which is the caller's business.
 * Buffers are kept; nothing is allocated once they are large enough.
 */
final class ForwardSteps {
  private final ModelConfig config;
  private final Weights weights;
  private final Kernels kernels;
  private final Workspace[] workspaces;
  private final float[] angles;
  private final int hidden;
  private final int half;
  private final int querySize;
  private final int kvSize;
  private final int mlpSize;

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

  private float[] q = {};
  private float[] k = {};
  private float[] v = {};
  private float[] mixed = {};
  private float[] gate = {};
  private float[] up = {};
  private float[] logits = {};

  /**
   * @param angles rotary table of {@link RopeTable#upTo}, or null
   * @param parts most that work at the same time
   */
  ForwardSteps(ModelConfig config, Weights weights, Kernels kernels, int parts, float[] angles) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.angles = angles;
    hidden = config.hiddenSize();
    querySize = config.querySize();
    kvSize = config.kvSize();
    mlpSize = config.mlpSize();
    half = config.positions() instanceof ModelConfig.Positions.Rope rope ? rope.rotary() / 2 : 0;
    workspaces = new Workspace[parts];
    for (int i = 0; i < parts; i++) {
      workspaces[i] = new Workspace();
    }
  }

  /** What the steps are about from now on. */
  void begin(Batch batch, KvCache[] caches) {
    this.batch = batch;
    this.caches = caches;
    reserve(batch.size(), batch.wanted());
  }

  /** The layer that the steps are about from now on. */
  void layer(int index) {
    layerIndex = index;
    layer = weights.layers()[index];
  }

  Weights.Layer layer() {
    return layer;
  }

  /** Tells attention where the layer's keys are, once they all are there. */
  void bind() {
    for (int run = 0; run < batch.runs(); run++) {
      int first = batch.firstRow(run);
      KeyValues cache = caches[batch.sequence(first)].layer(layerIndex);
      batch.attention(run).bind(cache, q, querySize, mixed, querySize, first);
    }
  }

  /** x = E[token], plus P[position] where positions are learned. */
  void embed(int row, int end) {
    for (; row < end; row++) {
      weights.embedding().row(batch.tokens[row], x, row * hidden);
      if (weights.positions() != null) {
        weights.positions().readRow(batch.positions[row], h, row * hidden);
        kernels.add(h, row * hidden, x, row * hidden, hidden);
      }
      if (weights.input() != null) {
        System.arraycopy(batch.inputs(row), batch.inputOffset(row), given, row * hidden, hidden);
      }
    }
  }

  /** h = norm(x). */
  void attentionNorm(int row, int end) {
    norms(layer.attentionNorm(), row, end);
  }

  /** h = norm(x). */
  void mlpNorm(int row, int end) {
    norms(layer.mlpNorm(), row, end);
  }

  private void norms(Weights.Norm norm, int row, int end) {
    for (; row < end; row++) {
      norm(norm, row * hidden, row * hidden);
    }
  }

  /** Of the wanted rows {@code i…end-1}. */
  void outputNorm(int i, int end) {
    for (; i < end; i++) {
      norm(weights.norm(), batch.outputs[i] * hidden, i * hidden);
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
  int projected() {
    return layer.query().weight().panels() + 2 * layer.key().weight().panels();
  }

  /** q, k, v = W_q h, W_k h, W_v h; panels are counted through all three. */
  void project(int row, int end, int from, int to, int part) {
    int keys = layer.query().weight().panels();
    int values = keys + layer.key().weight().panels();
    linear(layer.query(), from, to, h, hidden, row, end, q, querySize, part);
    linear(layer.key(), from - keys, to - keys, h, hidden, row, end, k, kvSize, part);
    linear(layer.value(), from - values, to - values, h, hidden, row, end, v, kvSize, part);
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

  /** Normalises q and k by head (Qwen3), rotates them by position; k and v enter the cache. */
  void store(int row, int end) {
    for (; row < end; row++) {
      int angle = batch.positions[row] * 2 * half;
      heads(q, row * querySize, config.heads(), layer.queryNorm(), angle);
      heads(k, row * kvSize, config.kvHeads(), layer.keyNorm(), angle);
      caches[batch.sequence(row)]
          .layer(layerIndex)
          .store(batch.slots[row], k, row * kvSize, v, row * kvSize);
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

  /** x = x + W_fc input, of heads that read another model's hidden states. */
  void addInputs(int row, int end, int from, int to, int part) {
    residual(weights.input(), given, hidden, row, end, from, to, part);
  }

  /** Those blocks of a run. */
  void attend(AttentionRows run, int from, int to, int part) {
    kernels.attend(run, from, to, workspaces[part]);
  }

  /** x = x + W_o mixed. */
  void output(int row, int end, int from, int to, int part) {
    residual(layer.output(), mixed, querySize, row, end, from, to, part);
  }

  /** x = x + W_down gate. */
  void contract(int row, int end, int from, int to, int part) {
    boolean gated = config.mlp() == ModelConfig.Mlp.SWIGLU;
    residual(layer.down(), gated ? gate : up, mlpSize, row, end, from, to, part);
  }

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
    linear(linear, from, to, in, inStride, row, end, h, hidden, part);
    int column = from * Matrix.PANEL;
    for (; row < end; row++) {
      int at = row * hidden + column;
      kernels.add(h, at, x, at, columns(linear, from, to));
    }
  }

  /** gate = silu(W_gate h) * W_up h, or gelu(W_up h). */
  void expand(int row, int end, int from, int to, int part) {
    if (from == to) {
      return;
    }
    linear(layer.up(), from, to, h, hidden, row, end, up, mlpSize, part);
    if (layer.gate() != null) {
      linear(layer.gate(), from, to, h, hidden, row, end, gate, mlpSize, part);
    }
    int column = from * Matrix.PANEL;
    int columns = columns(layer.up(), from, to);
    for (; row < end; row++) {
      int at = row * mlpSize + column;
      if (layer.gate() != null) {
        kernels.swiglu(gate, at, up, at, columns);
      } else {
        kernels.gelu(up, at, columns);
      }
    }
  }

  /** logits = W_head h, of the wanted rows {@code row…end-1}. */
  void head(int row, int end, int from, int to, int part) {
    linear(weights.head(), from, to, h, hidden, row, end, logits, config.vocabSize(), part);
  }

  /** {@code [wanted][vocab]}. */
  float[] logits() {
    return logits;
  }

  /** The wanted rows of the last run before the output projection, {@code [wanted][hidden]}. */
  float[] hidden() {
    return h;
  }

  private void reserve(int n, int wanted) {
    x = reserve(x, n, hidden);
    h = reserve(h, n, hidden);
    q = reserve(q, n, querySize);
    k = reserve(k, n, kvSize);
    v = reserve(v, n, kvSize);
    mixed = reserve(mixed, n, querySize);
    up = reserve(up, n, mlpSize);
    gate = weights.layers()[0].gate() == null ? gate : reserve(gate, n, mlpSize);
    given = weights.input() == null ? given : reserve(given, n, hidden);
    logits = reserve(logits, wanted, config.vocabSize());
  }

  private static float[] reserve(float[] buffer, int rows, int size) {
    int need = Math.multiplyExact(rows, size);
    return buffer.length >= need ? buffer : new float[need];
  }
}
