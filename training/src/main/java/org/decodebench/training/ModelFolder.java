package org.decodebench.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.tensor.Tensor;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A trained model as a Hugging Face folder: config.json, model.safetensors, README.md. */
final class ModelFolder {
  private ModelFolder() {}

  static void write(
      Path folder,
      ModelConfig config,
      int maskToken,
      String tokenizer,
      Map<String, Tensor> tensors,
      String card)
      throws IOException {
    Files.createDirectories(folder);
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    text(folder.resolve("config.json"), json(config, maskToken, tokenizer));
    text(folder.resolve("README.md"), card);
  }

  private static String json(ModelConfig c, int maskToken, String tokenizer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("architectures", new String[] {"LlamaForCausalLM"});
    json.put("model_type", "llama");
    json.put("vocab_size", c.vocabSize());
    json.put("hidden_size", c.hiddenSize());
    json.put("intermediate_size", c.mlpSize());
    json.put("num_hidden_layers", c.layers());
    json.put("num_attention_heads", c.heads());
    json.put("num_key_value_heads", c.kvHeads());
    json.put("head_dim", c.headSize());
    json.put("hidden_act", "silu");
    json.put("max_position_embeddings", c.contextLength());
    json.put("rms_norm_eps", Double.parseDouble(Float.toString(c.normEpsilon())));
    json.put("rope_theta", ((ModelConfig.Positions.Rope) c.positions()).theta());
    json.put("tie_word_embeddings", c.tiedEmbeddings());
    json.put("attention_bias", false);
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("paradigm", c.paradigm().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    if (c.paradigm() != Paradigm.AUTOREGRESSIVE) {
      own.put("mask_token_id", maskToken);
    }
    own.put("logit_shift", c.logitShift());
    if (c.blockSize() > 0) {
      own.put("block_size", c.blockSize());
    }
    own.put("tokenizer", tokenizer);
    own.put("canvas", c.contextLength());
    json.put("decodebench", own);
    return JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(json)
        + "\n";
  }

  static void text(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".part");
    Files.writeString(temporary, text);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
