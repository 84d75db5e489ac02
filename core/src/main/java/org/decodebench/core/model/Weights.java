package org.decodebench.core.model;

import java.util.Optional;
import java.util.function.Function;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.tensor.Tensor;

/**
 * The transformer's weights in the form that the kernels compute on.
 *
 * @param embedding {@code [vocab][hidden]}
 * @param positions learned positions {@code [context][hidden]}, or null
 * @param norm before the output projection
 * @param head output projection; shares its matrix with the embedding if tied
 * @param input of {@link Run#inputs}, {@code [hidden][hidden]}; null where there are none
 */
record Weights(
    Matrix embedding, Tensor positions, Layer[] layers, Norm norm, Linear head, Linear input) {

  /**
   * A projection.
   *
   * @param bias or null
   */
  record Linear(Matrix weight, float[] bias) {
    int size() {
      return weight.rows();
    }

    long bytes() {
      return weight.bytes() + (bias == null ? 0 : 4L * bias.length);
    }
  }

  /**
   * A normalisation.
   *
   * @param bias or null
   */
  record Norm(float[] weight, float[] bias) {
    long bytes() {
      return 4L * weight.length + (bias == null ? 0 : 4L * bias.length);
    }
  }

  /**
   * A block.
   *
   * @param queryNorm over each query head, or null
   * @param keyNorm over each key head, or null
   * @param gate of SwiGLU, else null
   */
  record Layer(
      Norm attentionNorm,
      Linear query,
      Linear key,
      Linear value,
      float[] queryNorm,
      float[] keyNorm,
      Linear output,
      Norm mlpNorm,
      Linear gate,
      Linear up,
      Linear down) {

    /** Bytes of the matrices and vectors in their stored type. */
    long bytes() {
      long bytes = attentionNorm.bytes() + mlpNorm.bytes();
      for (Linear linear : new Linear[] {query, key, value, output, up, down}) {
        bytes += linear.bytes();
      }
      bytes += gate == null ? 0 : gate.bytes();
      return bytes + (queryNorm == null ? 0 : 4L * (queryNorm.length + keyNorm.length));
    }
  }

  /**
   * @throws org.decodebench.core.UsageException naming a tensor that is missing or has a wrong
   *     shape
   */
  static Weights load(WeightSource source, Kernels kernels) {
    return new Loader(source, kernels, source.config()).load();
  }

  private record Loader(WeightSource source, Kernels kernels, ModelConfig config) {

    Weights load() {
      int hidden = config.hiddenSize();
      Matrix embedding =
          kernels.matrix(source.get("model.embed_tokens.weight", config.vocabSize(), hidden));
      Tensor positions =
          config.positions() instanceof ModelConfig.Positions.Learned
              ? source.get("model.embed_positions.weight", config.contextLength(), hidden).onHeap()
              : null;
      Layer[] layers = new Layer[config.layers()];
      for (int i = 0; i < layers.length; i++) {
        layers[i] = layer("model.layers." + i + ".");
      }
      Linear head =
          config.tiedEmbeddings()
              ? new Linear(embedding, vector("lm_head.bias", config.vocabSize()).orElse(null))
              : linear("lm_head", config.vocabSize(), hidden);
      Linear input =
          source.names().contains("model.fc.weight") ? linear("model.fc", hidden, hidden) : null;
      return new Weights(embedding, positions, layers, norm("model.norm"), head, input);
    }

    private Layer layer(String prefix) {
      int hidden = config.hiddenSize();
      String attention = prefix + "self_attn.";
      Function<String, float[]> headNorm =
          name -> config.qkNorm() ? required(attention + name, config.headSize()) : null;
      return new Layer(
          norm(prefix + "input_layernorm"),
          linear(attention + "q_proj", config.querySize(), hidden),
          linear(attention + "k_proj", config.kvSize(), hidden),
          linear(attention + "v_proj", config.kvSize(), hidden),
          headNorm.apply("q_norm.weight"),
          headNorm.apply("k_norm.weight"),
          linear(attention + "o_proj", hidden, config.querySize()),
          norm(prefix + "post_attention_layernorm"),
          config.mlp() == ModelConfig.Mlp.SWIGLU
              ? linear(prefix + "mlp.gate_proj", config.mlpSize(), hidden)
              : null,
          linear(prefix + "mlp.up_proj", config.mlpSize(), hidden),
          linear(prefix + "mlp.down_proj", hidden, config.mlpSize()));
    }

    private Linear linear(String name, int rows, int columns) {
      return new Linear(
          kernels.matrix(source.get(name + ".weight", rows, columns)),
          vector(name + ".bias", rows).orElse(null));
    }

    private Norm norm(String name) {
      return new Norm(
          required(name + ".weight", config.hiddenSize()),
          config.norm() == ModelConfig.Norm.LAYER
              ? vector(name + ".bias", config.hiddenSize()).orElse(null)
              : null);
    }

    private Optional<float[]> vector(String name, int size) {
      return source.find(name).map(tensor -> required(name, size));
    }

    private float[] required(String name, int size) {
      float[] out = new float[size];
      source.get(name, size).readRow(0, out, 0);
      return out;
    }
  }
}
