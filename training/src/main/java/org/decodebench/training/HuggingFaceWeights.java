package org.decodebench.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** Between the fused matrices of {@link Network} and Hugging Face's Llama names. */
final class HuggingFaceWeights {
  private HuggingFaceWeights() {}

  /** A part of a parameter: rows {@code from…to-1} under a Hugging Face name. */
  private record Part(String parameter, String name, int from, int to, int columns) {}

  /** Tensors by Hugging Face name, stored as F32 or BF16. */
  static Map<String, Tensor> tensors(
      ModelConfig config, Map<String, float[]> parameters, DType type) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Part part : parts(config)) {
      float[] all = parameters.get(part.parameter);
      int columns = part.columns;
      float[] values = Arrays.copyOfRange(all, part.from * columns, part.to * columns);
      int rows = part.to - part.from;
      int[] shape = columns == 1 ? new int[] {rows} : new int[] {rows, columns};
      tensors.put(
          part.name,
          type == DType.F32 ? Tensor.of(values, shape) : SafetensorsWriter.toBf16(values, shape));
    }
    return tensors;
  }

  /** The parameters again, from tensors by Hugging Face name. */
  static Map<String, float[]> parameters(ModelConfig config, Map<String, Tensor> tensors) {
    Map<String, float[]> parameters = new LinkedHashMap<>();
    ParameterShapes.of(config)
        .forEach(
            (name, shape) -> parameters.put(name, new float[(int) ParameterShapes.size(shape)]));
    for (Part part : parts(config)) {
      Tensor tensor = tensors.get(part.name);
      float[] to = parameters.get(part.parameter);
      int rows = tensor.shape().length == 1 ? 1 : tensor.rows();
      for (int row = 0; row < rows; row++) {
        int width = tensor.columns();
        tensor.readRow(row, to, part.from * part.columns + row * width);
      }
    }
    return parameters;
  }

  private static java.util.List<Part> parts(ModelConfig c) {
    java.util.List<Part> parts = new java.util.ArrayList<>();
    int hidden = c.hiddenSize();
    parts.add(new Part("embedding", "model.embed_tokens.weight", 0, c.vocabSize(), hidden));
    for (int layer = 0; layer < c.layers(); layer++) {
      String from = "layers." + layer + ".";
      String to = "model.layers." + layer + ".";
      int q = c.querySize();
      int kv = c.kvSize();
      parts.add(new Part(from + "attention_norm", to + "input_layernorm.weight", 0, hidden, 1));
      parts.add(new Part(from + "qkv", to + "self_attn.q_proj.weight", 0, q, hidden));
      parts.add(new Part(from + "qkv", to + "self_attn.k_proj.weight", q, q + kv, hidden));
      parts.add(new Part(from + "qkv", to + "self_attn.v_proj.weight", q + kv, q + 2 * kv, hidden));
      parts.add(new Part(from + "attention_out", to + "self_attn.o_proj.weight", 0, hidden, q));
      parts.add(new Part(from + "mlp_norm", to + "post_attention_layernorm.weight", 0, hidden, 1));
      int mlp = c.mlpSize();
      parts.add(new Part(from + "gate_up", to + "mlp.gate_proj.weight", 0, mlp, hidden));
      parts.add(new Part(from + "gate_up", to + "mlp.up_proj.weight", mlp, 2 * mlp, hidden));
      parts.add(new Part(from + "down", to + "mlp.down_proj.weight", 0, hidden, mlp));
    }
    parts.add(new Part("norm", "model.norm.weight", 0, hidden, 1));
    return parts;
  }
}
