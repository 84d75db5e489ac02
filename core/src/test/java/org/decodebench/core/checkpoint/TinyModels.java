package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.decodebench.core.tensor.Tensor;

/** The smallest models that use every part of the readers. */
final class TinyModels {
  static final int VOCAB = 14;
  private static final int HIDDEN = 8;
  private static final int MLP = 12;
  private static final int LAYERS = 2;
  private static final String[] TOKENS = {
    "<unk>",
    "<s>",
    "</s>",
    "\u2581",
    "a",
    "b",
    "ab",
    "\u2581a",
    "c",
    "\n",
    "e",
    "\u2581ab",
    "x",
    "y"
  };

  private TinyModels() {}

  /** Canonical names, shapes and random values. */
  static Map<String, Tensor> tensors(long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", values(random, VOCAB, HIDDEN));
    for (int i = 0; i < LAYERS; i++) {
      String layer = "model.layers." + i + ".";
      tensors.put(layer + "input_layernorm.weight", values(random, HIDDEN));
      tensors.put(layer + "self_attn.q_proj.weight", values(random, HIDDEN, HIDDEN));
      tensors.put(layer + "self_attn.k_proj.weight", values(random, HIDDEN / 2, HIDDEN));
      tensors.put(layer + "self_attn.v_proj.weight", values(random, HIDDEN / 2, HIDDEN));
      tensors.put(layer + "self_attn.o_proj.weight", values(random, HIDDEN, HIDDEN));
      tensors.put(layer + "post_attention_layernorm.weight", values(random, HIDDEN));
      tensors.put(layer + "mlp.gate_proj.weight", values(random, MLP, HIDDEN));
      tensors.put(layer + "mlp.up_proj.weight", values(random, MLP, HIDDEN));
      tensors.put(layer + "mlp.down_proj.weight", values(random, HIDDEN, MLP));
    }
    tensors.put("model.norm.weight", values(random, HIDDEN));
    return tensors;
  }

  private static Tensor values(Random random, int... shape) {
    int n = 1;
    for (int size : shape) {
      n *= size;
    }
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, shape);
  }

  static void writeGguf(Path file) {
    Map<String, GgufValue> m = new LinkedHashMap<>();
    m.put("general.architecture", new GgufValue.Text("llama"));
    m.put("llama.context_length", integer(64));
    m.put("llama.embedding_length", integer(HIDDEN));
    m.put("llama.block_count", integer(LAYERS));
    m.put("llama.feed_forward_length", integer(MLP));
    m.put("llama.attention.head_count", integer(2));
    m.put("llama.attention.head_count_kv", integer(1));
    m.put("llama.attention.layer_norm_rms_epsilon", new GgufValue.Real(1e-5, true));
    m.put("llama.rope.freq_base", new GgufValue.Real(1e4, true));
    m.put("llama.rope.scaling.type", new GgufValue.Text("linear"));
    m.put("llama.rope.scaling.factor", new GgufValue.Real(2, true));
    m.put("tokenizer.ggml.model", new GgufValue.Text("llama"));
    m.put("tokenizer.ggml.tokens", new GgufValue.Texts(TOKENS));
    double[] scores = new double[VOCAB];
    long[] types = new long[VOCAB];
    for (int i = 0; i < VOCAB; i++) {
      scores[i] = -i;
      types[i] = i == 0 ? 2 : i < 3 ? 3 : 1;
    }
    m.put("tokenizer.ggml.scores", new GgufValue.Reals(scores));
    m.put("tokenizer.ggml.token_type", new GgufValue.Ints(types));
    m.put("tokenizer.ggml.bos_token_id", integer(1));
    m.put("tokenizer.ggml.eos_token_id", integer(2));
    m.put("tokenizer.ggml.unknown_token_id", integer(0));
    List<TensorEntry> entries = new ArrayList<>();
    tensors(1)
        .forEach((name, tensor) ->
            entries.add(TensorEntry.of(GgufNames.toGguf(name).orElseThrow(), tensor)));
    GgufWriter.write(file, m, entries);
  }

  private static GgufValue integer(int value) {
    return new GgufValue.Int(value, false);
  }

  static void writeFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors(2), Map.of("format", "pt"));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "llama", "hidden_size": 8, "intermediate_size": 12,
         "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
         "vocab_size": 14, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
         "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": true,
         "rope_scaling": {"rope_type": "linear", "factor": 2.0},
         "bos_token_id": 1, "eos_token_id": [2]}
        """);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}");
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer());
  }

  /** Byte-level, with every part that the supported families use. */
  private static String tokenizer() {
    return """
    {"version": "1.0", "truncation": null, "padding": null,
     "added_tokens": [
      {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
       "normalized": false, "special": true},
      {"id": 2, "content": "</s>", "single_word": false, "lstrip": true, "rstrip": true,
       "normalized": false, "special": true},
      {"id": 13, "content": "y", "single_word": true, "lstrip": false, "rstrip": false,
       "normalized": true, "special": false}],
     "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "NFC"}, {"type": "Replace", "pattern": {"String": "  "}, "content": " "}]},
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": " ?\\\\p{L}+| ?\\\\p{N}+|\\\\s+"},
       "behavior": "Isolated", "invert": false},
      {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
     "post_processor": {"type": "Sequence", "processors": [
      {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                  {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
       "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}]},
     "decoder": {"type": "Sequence", "decoders": [
      {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
     "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>",
      "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": true,
      "byte_fallback": false, "ignore_merges": false,
      "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "\u0120": 3, "a": 4, "b": 5, "ab": 6,
                "\u0120a": 7, "c": 8, "\u010a": 9, "e": 10, "\u0120ab": 11, "x": 12},
      "merges": [["a", "b"], ["\u0120", "a"], ["\u0120a", "b"]]}}
    """;
  }
}
