package org.decodebench.tornado;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.TransformerCost;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A model's weights in arrays for the device: one array a kind, all layers in it, so that a task
 * serves any layer. What a model lacks (biases, head norms, positions) is an array of one zero.
 *
 * @param qkv queries, keys and values stacked
 * @param gateUp gate and up stacked, or up alone
 * @param head the embedding where it is tied
 * @param headNorms {@code [layer][query, key][headSize]}, then the epsilon
 */
record DeviceWeights(
    DeviceMatrix embedding,
    FloatArray positions,
    Norms attentionNorms,
    Linear qkv,
    FloatArray headNorms,
    Linear output,
    Norms mlpNorms,
    Linear gateUp,
    Linear down,
    Norms norm,
    Linear head) {

  /** A projection of every layer. */
  record Linear(DeviceMatrix matrix, FloatArray bias, boolean biased) {
    long bytes() {
      return matrix.bytes() + (biased ? 4L * matrix.rows() : 0);
    }
  }

  /** A norm of every layer. */
  record Norms(FloatArray weights, FloatArray biases, boolean biased) {
    long bytes(int hidden) {
      return 4L * hidden * (biased ? 2 : 1);
    }
  }

  /** All arrays, each once. */
  List<TornadoNativeArray> arrays() {
    List<TornadoNativeArray> all = new ArrayList<>();
    for (Linear linear : List.of(qkv, output, gateUp, down, head)) {
      all.add(linear.matrix.floats());
      all.add(linear.matrix.words());
      all.add(linear.bias);
    }
    for (Norms norms : List.of(attentionNorms, mlpNorms, norm)) {
      all.add(norms.weights);
      all.add(norms.biases);
    }
    all.add(embedding.floats());
    all.add(embedding.words());
    all.add(positions);
    all.add(headNorms);
    return distinct(all);
  }

  /** Bytes on the device. */
  long deviceBytes() {
    return arrays().stream().mapToLong(TornadoNativeArray::getNumBytesOfSegmentWithHeader).sum();
  }

  private static List<TornadoNativeArray> distinct(List<TornadoNativeArray> all) {
    var seen =
        java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<Object, Boolean>());
    return all.stream().filter(seen::add).toList();
  }

  TransformerCost cost(ModelConfig config) {
    long layer =
        qkv.bytes()
            + output.bytes()
            + gateUp.bytes()
            + down.bytes()
            + attentionNorms.bytes(config.hiddenSize())
            + mlpNorms.bytes(config.hiddenSize())
            + (config.qkNorm() ? 8L * config.headSize() : 0);
    long row = embedding.bytes() / (embedding.panels() * Products.PANEL);
    return new TransformerCost(
        config,
        layer * config.layers(),
        row,
        head.bytes() + norm.bytes(config.hiddenSize()),
        DType.F32);
  }

  /**
   * @throws org.decodebench.core.UsageException naming a tensor that is missing or has a wrong
   *     shape
   */
  static DeviceWeights load(WeightSource source) {
    return new Loader(source, source.config()).load();
  }

  private record Loader(WeightSource source, ModelConfig config) {
    DeviceWeights load() {
      int hidden = config.hiddenSize();
      int queries = config.querySize();
      int keys = config.kvSize();
      int mlp = config.mlpSize();
      DeviceMatrix embedding =
          DeviceMatrix.pack(
              source.name(),
              new Tensor[][] {
                {source.get("model.embed_tokens.weight", config.vocabSize(), hidden)}
              });
      String[] qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
      boolean gated = config.mlp() == ModelConfig.Mlp.SWIGLU;
      String[] up =
          gated ? new String[] {"mlp.gate_proj", "mlp.up_proj"} : new String[] {"mlp.up_proj"};
      return new DeviceWeights(
          embedding,
          positions(),
          norms("input_layernorm"),
          linear(qkv, new int[] {queries, keys, keys}, hidden),
          headNorms(),
          linear(new String[] {"self_attn.o_proj"}, new int[] {hidden}, queries),
          norms("post_attention_layernorm"),
          linear(up, gated ? new int[] {mlp, mlp} : new int[] {mlp}, hidden),
          linear(new String[] {"mlp.down_proj"}, new int[] {hidden}, mlp),
          lastNorm(),
          head(embedding));
    }

    private static String layer(int i) {
      return "model.layers." + i + ".";
    }

    private FloatArray positions() {
      return config.positions() instanceof ModelConfig.Positions.Learned
          ? FloatArray.fromArray(
              values(
                  source.get(
                      "model.embed_positions.weight", config.contextLength(), config.hiddenSize())))
          : new FloatArray(1);
    }

    private static float[] values(Tensor tensor) {
      float[] values = new float[tensor.rows() * tensor.columns()];
      for (int r = 0; r < tensor.rows(); r++) {
        tensor.readRow(r, values, r * tensor.columns());
      }
      return values;
    }

    private Linear linear(String[] names, int[] sizes, int columns) {
      Tensor[][] tensors = new Tensor[config.layers()][names.length];
      boolean biased = false;
      int rows = 0;
      for (int part = 0; part < names.length; part++) {
        for (int i = 0; i < config.layers(); i++) {
          String name = layer(i) + names[part];
          tensors[i][part] = source.get(name + ".weight", sizes[part], columns);
          biased |= source.find(name + ".bias").isPresent();
        }
        rows += sizes[part];
      }
      FloatArray bias = new FloatArray(biased ? config.layers() * rows : 1);
      int at = 0;
      for (int i = 0; biased && i < config.layers(); i++) {
        for (int part = 0; part < names.length; part++) {
          putIfPresent(layer(i) + names[part] + ".bias", sizes[part], bias, at);
          at += sizes[part];
        }
      }
      return new Linear(DeviceMatrix.pack(source.name(), tensors), bias, biased);
    }

    /** Copies a vector if there is one. */
    private void putIfPresent(String name, int size, FloatArray to, int at) {
      if (source.find(name).isPresent()) {
        put(name, size, to, at);
      }
    }

    private void put(String name, int size, FloatArray to, int at) {
      float[] values = values(source.get(name, size));
      for (int i = 0; i < size; i++) {
        to.set(at + i, values[i]);
      }
    }

    private Norms norms(String name) {
      int hidden = config.hiddenSize();
      boolean biased =
          config.norm() == ModelConfig.Norm.LAYER
              && source.find(layer(0) + name + ".bias").isPresent();
      FloatArray weights = new FloatArray(config.layers() * hidden);
      FloatArray biases = new FloatArray(biased ? config.layers() * hidden : 1);
      for (int i = 0; i < config.layers(); i++) {
        put(layer(i) + name + ".weight", hidden, weights, i * hidden);
        if (biased) {
          putIfPresent(layer(i) + name + ".bias", hidden, biases, i * hidden);
        }
      }
      return new Norms(weights, biases, biased);
    }

    private Norms lastNorm() {
      int hidden = config.hiddenSize();
      boolean biased =
          config.norm() == ModelConfig.Norm.LAYER && source.find("model.norm.bias").isPresent();
      FloatArray weights = FloatArray.fromArray(values(source.get("model.norm.weight", hidden)));
      FloatArray biases = new FloatArray(biased ? hidden : 1);
      if (biased) {
        put("model.norm.bias", hidden, biases, 0);
      }
      return new Norms(weights, biases, biased);
    }

    private FloatArray headNorms() {
      int size = config.headSize();
      FloatArray norms = new FloatArray(config.layers() * 2 * size + 1);
      for (int i = 0; config.qkNorm() && i < config.layers(); i++) {
        String attention = layer(i) + "self_attn.";
        put(attention + "q_norm.weight", size, norms, 2 * i * size);
        put(attention + "k_norm.weight", size, norms, (2 * i + 1) * size);
      }
      norms.set(config.layers() * 2 * size, config.normEpsilon());
      return norms;
    }

    private Linear head(DeviceMatrix embedding) {
      boolean biased = source.find("lm_head.bias").isPresent();
      FloatArray bias = new FloatArray(biased ? config.vocabSize() : 1);
      if (biased) {
        put("lm_head.bias", config.vocabSize(), bias, 0);
      }
      DeviceMatrix matrix =
          config.tiedEmbeddings()
              ? embedding
              : DeviceMatrix.pack(
                  source.name(),
                  new Tensor[][] {
                    {source.get("lm_head.weight", config.vocabSize(), config.hiddenSize())}
                  });
      return new Linear(matrix, bias, biased);
    }
  }
}
