package org.decodebench.core.checkpoint;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Positions;

/** Shapes of all tensors that a configuration may have, by canonical name, in a file's order. */
final class CanonicalShapes {
  private final ModelConfig config;
  private final SequencedMap<String, int[]> shapes = new LinkedHashMap<>();

  private CanonicalShapes(ModelConfig config) {
    this.config = config;
  }

  /** Biases included, which a model may lack. */
  static SequencedMap<String, int[]> of(ModelConfig config) {
    return new CanonicalShapes(config).all();
  }

  private SequencedMap<String, int[]> all() {
    int hidden = config.hiddenSize();
    shapes.put("model.embed_tokens.weight", new int[] {config.vocabSize(), hidden});
    if (config.positions() instanceof Positions.Learned) {
      shapes.put("model.embed_positions.weight", new int[] {config.contextLength(), hidden});
    }
    for (int i = 0; i < config.layers(); i++) {
      layer("model.layers." + i + ".");
    }
    norm("model.norm");
    if (!config.tiedEmbeddings()) {
      shapes.put("lm_head.weight", new int[] {config.vocabSize(), hidden});
    }
    shapes.put("lm_head.bias", new int[] {config.vocabSize()});
    return shapes;
  }

  private void layer(String layer) {
    int hidden = config.hiddenSize();
    norm(layer + "input_layernorm");
    linear(layer + "self_attn.q_proj", config.querySize(), hidden);
    linear(layer + "self_attn.k_proj", config.kvSize(), hidden);
    linear(layer + "self_attn.v_proj", config.kvSize(), hidden);
    if (config.qkNorm()) {
      shapes.put(layer + "self_attn.q_norm.weight", new int[] {config.headSize()});
      shapes.put(layer + "self_attn.k_norm.weight", new int[] {config.headSize()});
    }
    linear(layer + "self_attn.o_proj", hidden, config.querySize());
    norm(layer + "post_attention_layernorm");
    if (config.mlp() == Mlp.SWIGLU) {
      linear(layer + "mlp.gate_proj", config.mlpSize(), hidden);
    }
    linear(layer + "mlp.up_proj", config.mlpSize(), hidden);
    linear(layer + "mlp.down_proj", hidden, config.mlpSize());
  }

  private void linear(String name, int rows, int columns) {
    shapes.put(name + ".weight", new int[] {rows, columns});
    shapes.put(name + ".bias", new int[] {rows});
  }

  private void norm(String name) {
    shapes.put(name + ".weight", new int[] {config.hiddenSize()});
    if (config.norm() == Norm.LAYER) {
      shapes.put(name + ".bias", new int[] {config.hiddenSize()});
    }
  }
}
