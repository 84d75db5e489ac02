package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.model.ModelConfig;

/**
 * The transformer in PyTorch operations: the one definition that all three objectives train and
 * that the CPU runtime is checked against. Llama style: RMSNorm before each part, rotate-half RoPE,
 * grouped queries, SwiGLU, tied embeddings.
 *
 * <p>Query, key and value projections are one matrix here, and so are gate and up: fewer, wider
 * products. {@link HuggingFaceWeights} splits them.
 *
 * <p>Results belong to the manager of the tokens that a forward is given, so that a caller frees a
 * step by closing that manager.
 */
final class Network implements AutoCloseable {
  /** Projects the inputs of a head that reads another network's hidden states. */
  static final String INPUT = "fc";

  private final NDManager manager;
  private final ModelConfig config;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final NDArray quarterTurn;
  // DJL's operations with a Java number free that number's memory at once, while autograd may still
  // hold it for the backward pass. Inside the graph every constant is an array that lives on.
  private final NDArray minusHalf;
  private final NDArray epsilon;

  private Network(NDManager manager, ModelConfig config) {
    this.manager = manager;
    this.config = config;
    this.quarterTurn = quarterTurn(manager, config.headSize());
    this.minusHalf = manager.create(-0.5f);
    this.epsilon = manager.create(config.normEpsilon());
  }

  /** A network with the given parameters, by the names and shapes of {@link ParameterShapes}. */
  static Network of(NDManager parent, ModelConfig config, Map<String, float[]> values) {
    Network network = new Network(parent.newSubManager(), config);
    ParameterShapes.of(config)
        .forEach((name, shape) ->
            network.parameters.put(
                name, network.manager.create(values.get(name), new Shape(shape))));
    if (values.containsKey(INPUT)) {
      long hidden = config.hiddenSize();
      network.parameters.put(
          INPUT, network.manager.create(values.get(INPUT), new Shape(hidden, hidden)));
    }
    return network;
  }

  ModelConfig config() {
    return config;
  }

  NDManager manager() {
    return manager;
  }

  Map<String, NDArray> parameters() {
    return parameters;
  }

  /** The parameters' values, copied. */
  Map<String, float[]> values() {
    Map<String, float[]> values = new LinkedHashMap<>();
    parameters.forEach((name, array) -> values.put(name, array.toFloatArray()));
    return values;
  }

  /** Gives an array new values in place. */
  static void assign(NDArray array, float[] values) {
    try (NDArray source = array.getManager().create(values, array.getShape())) {
      array.set(new NDIndex("..."), source);
    }
  }

  /**
   * The residual stream after the last norm.
   *
   * @param tokens ids {@code [batch][width]}
   * @param positions text position of each column, {@code [width]}
   * @param mask 0 where a row sees a column and a large negative number elsewhere, {@code
   *     [width][width]}
   * @return {@code [batch * width][hidden]}
   */
  NDArray hidden(NDArray tokens, int[] positions, NDArray mask) {
    return hidden(tokens, positions, mask, null);
  }

  /**
   * The same of a head that reads another network's hidden states (EAGLE, 2401.15077).
   *
   * @param inputs {@code [batch * width][hidden]}, or null
   */
  NDArray hidden(NDArray tokens, int[] positions, NDArray mask, NDArray inputs) {
    Rotary rotary = rotary(tokens.getManager(), positions);
    long rows = tokens.size();
    NDArray x =
        embed(tokens.flatten(), parameters.get("embedding")).reshape(rows, config.hiddenSize());
    if (inputs != null) {
      x = x.add(linear(inputs, parameters.get(INPUT)));
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      NDArray h = norm(x, parameter(layer, "attention_norm"));
      x = x.add(attention(layer, h, tokens.getShape(), rotary, mask));
      h = norm(x, parameter(layer, "mlp_norm"));
      x = x.add(mlp(layer, h));
    }
    return norm(x, parameters.get("norm"));
  }

  /**
   * Logits of some rows of {@link #hidden}.
   *
   * @return {@code [rows.length][vocab]}
   */
  NDArray logits(NDArray hidden, int[] rows) {
    NDArray index = hidden.getManager().create(rows);
    // An embedding look-up has a far cheaper gradient than advanced indexing.
    return linear(embed(index, hidden), parameters.get("embedding"));
  }

  private NDArray attention(int layer, NDArray h, Shape canvas, Rotary rotary, NDArray mask) {
    long batch = canvas.get(0);
    long width = canvas.get(1);
    int size = config.headSize();
    int groups = config.kvHeads();
    int shared = config.heads() / groups;
    long rotated = (long) (config.heads() + groups) * size;

    NDList parts = linear(h, parameter(layer, "qkv")).split(new long[] {rotated}, 1);
    NDArray qk = rotary.turn(parts.get(0).reshape(batch, width, config.heads() + groups, size));
    NDList heads = qk.split(new long[] {config.heads()}, 2);
    NDArray q =
        heads
            .get(0)
            .reshape(batch, width, groups, shared, size)
            .transpose(0, 2, 3, 1, 4)
            .reshape(batch, groups, shared * width, size);
    NDArray keysTransposed = heads.get(1).transpose(0, 2, 3, 1);
    NDArray v = parts.get(1).reshape(batch, width, groups, size).transpose(0, 2, 1, 3);

    NDArray scores = q.matMul(keysTransposed).reshape(batch, config.heads(), width, width);
    NDArray weights = scores.add(mask).softmax(-1);
    NDArray mixed =
        weights
            .reshape(batch, groups, shared * width, width)
            .matMul(v)
            .reshape(batch, groups, shared, width, size)
            .transpose(0, 3, 1, 2, 4)
            .reshape(batch * width, (long) config.heads() * size);
    return linear(mixed, parameter(layer, "attention_out"));
  }

  private NDArray mlp(int layer, NDArray h) {
    NDList parts = linear(h, parameter(layer, "gate_up")).split(new long[] {config.mlpSize()}, 1);
    return linear(
        parts.get(0).mul(Activation.sigmoid(parts.get(0))).mul(parts.get(1)),
        parameter(layer, "down"));
  }

  private NDArray norm(NDArray x, NDArray weight) {
    NDArray scale = x.square().mean(new int[] {1}, true).add(epsilon).pow(minusHalf);
    return x.mul(scale).mul(weight);
  }

  private NDArray parameter(int layer, String name) {
    return parameters.get("layers." + layer + "." + name);
  }

  static NDArray linear(NDArray x, NDArray weight) {
    return Linear.linear(x, weight).singletonOrThrow();
  }

  static NDArray embed(NDArray index, NDArray table) {
    return Embedding.embedding(index, table, SparseFormat.DENSE).singletonOrThrow();
  }

  /**
   * Cosines and sines {@code [width][heads + kvHeads][headSize]}; those of the queries carry the
   * attention's 1/√headSize.
   */
  private record Rotary(NDArray cos, NDArray sin, NDArray quarterTurn) {
    NDArray turn(NDArray x) {
      return x.mul(cos).add(x.matMul(quarterTurn).mul(sin));
    }
  }

  private Rotary rotary(NDManager step, int[] positions) {
    double theta = ((ModelConfig.Positions.Rope) config.positions()).theta();
    int size = config.headSize();
    int heads = config.heads() + config.kvHeads();
    float[] cos = new float[positions.length * heads * size];
    float[] sin = new float[cos.length];
    int at = 0;
    for (int position : positions) {
      for (int head = 0; head < heads; head++) {
        double scale = head < config.heads() ? 1 / Math.sqrt(size) : 1;
        for (int i = 0; i < size; i++, at++) {
          double angle = position * Math.pow(theta, -2.0 * (i % (size / 2)) / size);
          cos[at] = (float) (scale * Math.cos(angle));
          sin[at] = (float) (scale * Math.sin(angle));
        }
      }
    }
    Shape shape = new Shape(positions.length, heads, size);
    return new Rotary(step.create(cos, shape), step.create(sin, shape), quarterTurn);
  }

  /** The matrix R with x·R = (−x₂, x₁) for the halves x₁, x₂ of a head. */
  private static NDArray quarterTurn(NDManager manager, int size) {
    float[] turn = new float[size * size];
    int half = size / 2;
    for (int i = 0; i < half; i++) {
      turn[(half + i) * size + i] = -1;
      turn[i * size + half + i] = 1;
    }
    return manager.create(turn, new Shape(size, size));
  }

  @Override
  public void close() {
    manager.close();
  }
}
