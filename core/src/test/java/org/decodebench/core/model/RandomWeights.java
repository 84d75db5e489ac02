package org.decodebench.core.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** A model of any configuration with seeded random weights. */
public final class RandomWeights implements WeightSource {
  private final ModelConfig config;
  private final DType type;
  private final boolean biases;
  private final Random random;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  public RandomWeights(ModelConfig config, DType type, boolean biases, long seed) {
    this.config = config;
    this.type = type;
    this.biases = biases;
    random = new Random(seed);
    int hidden = config.hiddenSize();
    add("model.embed_tokens.weight", config.vocabSize(), hidden);
    if (config.positions() instanceof ModelConfig.Positions.Learned) {
      add("model.embed_positions.weight", config.contextLength(), hidden);
    }
    for (int i = 0; i < config.layers(); i++) {
      addLayer("model.layers." + i + ".");
    }
    addNorm("model.norm", hidden);
    if (!config.tiedEmbeddings()) {
      add("lm_head.weight", config.vocabSize(), hidden);
    }
  }

  private void addLayer(String prefix) {
    int hidden = config.hiddenSize();
    addNorm(prefix + "input_layernorm", hidden);
    addLinear(prefix + "self_attn.q_proj", config.querySize(), hidden);
    addLinear(prefix + "self_attn.k_proj", config.kvSize(), hidden);
    addLinear(prefix + "self_attn.v_proj", config.kvSize(), hidden);
    addLinear(prefix + "self_attn.o_proj", hidden, config.querySize());
    if (config.qkNorm()) {
      addVector(prefix + "self_attn.q_norm.weight", config.headSize(), 1);
      addVector(prefix + "self_attn.k_norm.weight", config.headSize(), 1);
    }
    addNorm(prefix + "post_attention_layernorm", hidden);
    if (config.mlp() == ModelConfig.Mlp.SWIGLU) {
      addLinear(prefix + "mlp.gate_proj", config.mlpSize(), hidden);
    }
    addLinear(prefix + "mlp.up_proj", config.mlpSize(), hidden);
    addLinear(prefix + "mlp.down_proj", hidden, config.mlpSize());
  }

  private void addNorm(String name, int size) {
    addVector(name + ".weight", size, 1);
    if (config.norm() == ModelConfig.Norm.LAYER && biases) {
      addVector(name + ".bias", size, 0);
    }
  }

  private void addLinear(String name, int rows, int columns) {
    add(name + ".weight", rows, columns);
    if (biases) {
      addVector(name + ".bias", rows, 0);
    }
  }

  private void addVector(String name, int size, float mean) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = mean + 0.3f * (float) random.nextGaussian();
    }
    tensors.put(name, Tensor.of(values, size));
  }

  private void add(String name, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * 1.5 / Math.sqrt(columns));
    }
    if (type == DType.F32) {
      tensors.put(name, Tensor.of(values, rows, columns));
      return;
    }
    short[] bits = new short[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] =
          type == DType.F16
              ? Float.floatToFloat16(values[i])
              : (short) (Float.floatToRawIntBits(values[i]) >>> 16);
    }
    tensors.put(name, Tensor.of(type, bits, rows, columns));
  }

  @Override
  public String name() {
    return "random";
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** A small configuration with odd sizes; what varies is given. */
  public static ModelConfig config(
      int heads,
      int kvHeads,
      ModelConfig.Norm norm,
      ModelConfig.Positions positions,
      ModelConfig.Mlp mlp,
      boolean qkNorm,
      boolean tied,
      int window) {
    return new ModelConfig(
        "test",
        71,
        44,
        3,
        heads,
        kvHeads,
        20,
        100,
        600,
        norm,
        1e-5f,
        positions,
        mlp,
        qkNorm,
        tied,
        window,
        ModelConfig.Paradigm.ANY,
        OptionalInt.of(70),
        0,
        0);
  }

  public static ModelConfig llama() {
    return config(
        6,
        2,
        ModelConfig.Norm.RMS,
        new ModelConfig.Positions.Rope(10000, 20, new ModelConfig.RopeScaling.None()),
        ModelConfig.Mlp.SWIGLU,
        false,
        true,
        0);
  }
}
