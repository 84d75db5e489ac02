package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.decodebench.core.checkpoint.Converter;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.training.FamilyReference.Mask;
import org.decodebench.training.FamilyReference.Names;
import org.decodebench.training.FamilyReference.Sizes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random models of every family, written with the family's own names: same logits as PyTorch. */
class FamilyReferenceTest {
  private static final double RELATIVE = 1e-3;
  private static final NDManager TORCH = Torch.open(1);
  private static final int LENGTH = 13;

  @TempDir Path folder;

  @AfterAll
  static void free() {
    TORCH.close();
  }

  /** Published models write floats so that a wrong reading of a field shows in the logits. */
  private static Sizes sizes(int heads, int kvHeads, int headSize, int hidden, double[] rope) {
    return new Sizes(43, hidden, 2, heads, kvHeads, headSize, 50, 40, 1e-5, rope);
  }

  private static String llamaJson(String type, Sizes s, boolean tied, String more) {
    return """
    {"model_type": "%s", "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
     "num_attention_heads": %d, "num_key_value_heads": %d, "head_dim": %d, "vocab_size": %d,
     "max_position_embeddings": %d, "rms_norm_eps": 1e-5, "tie_word_embeddings": %b%s}
    """
        .formatted(
            type,
            s.hidden(),
            s.mlp(),
            s.layers(),
            s.heads(),
            s.kvHeads(),
            s.headSize(),
            s.vocab(),
            s.context(),
            tied,
            more);
  }

  @Test
  void llama3WithScaledPositionsAndGroupedQueries() throws Exception {
    double[] plain = TorchOps.frequencies(500, 6);
    Sizes s = sizes(6, 2, 6, 36, llama3(plain, 8, 1, 4, 20));
    FamilyReference r = new FamilyReference(s, 1).llama(FamilyReference.LLAMA, false, false, false);
    String more =
        ", \"rope_theta\": 500.0, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
            + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0,"
            + " \"original_max_position_embeddings\": 20}";
    write(r, llamaJson("llama", s, false, more));
    checkLlama(r, FamilyReference.LLAMA, false, false, Mask.CAUSAL);
  }

  /** As transformers' {@code _compute_llama3_parameters}, by wavelength. */
  private static double[] llama3(double[] plain, double factor, double low, double high, int old) {
    double[] scaled = new double[plain.length];
    for (int i = 0; i < plain.length; i++) {
      double wave = 2 * Math.PI / plain[i];
      double smooth = (old / wave - low) / (high - low);
      scaled[i] =
          wave < old / high
              ? plain[i]
              : wave > old / low
                  ? plain[i] / factor
                  : (1 - smooth) * plain[i] / factor + smooth * plain[i];
    }
    return scaled;
  }

  @Test
  void llamaWithLinearScalingAndTiedEmbeddings() throws Exception {
    double[] rope = TorchOps.frequencies(10000, 8);
    for (int i = 0; i < rope.length; i++) {
      rope[i] /= 4;
    }
    Sizes s = sizes(5, 5, 8, 40, rope);
    FamilyReference r = new FamilyReference(s, 2).llama(FamilyReference.LLAMA, true, false, false);
    write(
        r,
        llamaJson("llama", s, true, ", \"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}"));
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, false, Mask.CAUSAL));
  }

  @Test
  void mistralWithASlidingWindowAndOneKeyHead() throws Exception {
    Sizes s = sizes(3, 1, 10, 30, TorchOps.frequencies(10000, 10));
    FamilyReference r = new FamilyReference(s, 3).llama(FamilyReference.LLAMA, false, false, false);
    write(r, llamaJson("mistral", s, false, ", \"sliding_window\": 5"));
    checkBothFormats(reference(r, FamilyReference.LLAMA, false, false, Mask.window(5)));
  }

  @Test
  void qwen2WithBiases() throws Exception {
    Sizes s = sizes(4, 2, 6, 24, TorchOps.frequencies(1e6, 6));
    FamilyReference r = new FamilyReference(s, 4).llama(FamilyReference.LLAMA, true, true, false);
    write(
        r,
        llamaJson(
            "qwen2",
            s,
            true,
            ", \"rope_theta\": 1000000.0, \"use_sliding_window\": false,"
                + " \"sliding_window\": 7, \"max_window_layers\": 2"));
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, false, Mask.CAUSAL));
  }

  @Test
  void qwen3WithNormsOverHeadsWiderThanTheirShare() throws Exception {
    Sizes s = sizes(3, 3, 14, 27, TorchOps.frequencies(1e6, 14));
    FamilyReference r = new FamilyReference(s, 5).llama(FamilyReference.LLAMA, true, false, true);
    write(r, llamaJson("qwen3", s, true, ", \"rope_theta\": 1000000.0"));
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, true, Mask.CAUSAL));
  }

  @Test
  void gpt2() throws Exception {
    Sizes s = new Sizes(43, 30, 2, 5, 5, 6, 120, 40, 1e-5, null);
    FamilyReference r = new FamilyReference(s, 6).gpt2();
    write(
        r,
        """
        {"model_type": "gpt2", "n_embd": 30, "n_layer": 2, "n_head": 5, "n_positions": 40,
         "n_ctx": 40, "vocab_size": 43, "layer_norm_epsilon": 1e-5,
         "activation_function": "gelu_new", "attn_pdrop": 0.1, "embd_pdrop": 0.1,
         "resid_pdrop": 0.1, "summary_type": "cls_index", "scale_attn_weights": true}
        """);
    checkBothFormats(r.runGpt2(TORCH, ids(), Mask.CAUSAL));
  }

  @Test
  void llada() throws Exception {
    Sizes s = sizes(4, 4, 8, 32, TorchOps.frequencies(500000, 8));
    FamilyReference r = new FamilyReference(s, 7).llama(FamilyReference.LLADA, false, false, false);
    write(
        r,
        """
        {"model_type": "llada", "d_model": 32, "n_layers": 2, "n_heads": 4, "n_kv_heads": 4,
         "mlp_hidden_size": 50, "max_sequence_length": 40, "embedding_size": 43, "vocab_size": 43,
         "rms_norm_eps": 1e-5, "rope": true, "rope_theta": 500000.0, "activation_type": "silu",
         "weight_tying": false, "mask_token_id": 42, "block_type": "llama", "alibi": false,
         "layer_norm_type": "rms", "multi_query_attention": null, "include_bias": false,
         "include_qkv_bias": false, "block_group_size": 1, "mlp_ratio": 4, "scale_logits": false,
         "layer_norm_with_affine": true, "attention_layer_norm_with_affine": true}
        """);
    float[] expected = reference(r, FamilyReference.LLADA, false, false, Mask.FULL);
    checkTrained(Paradigm.MASKED_DIFFUSION, 42, 0, 0);
    checkBothFormats(expected);
  }

  @Test
  void dream() throws Exception {
    Sizes s = sizes(4, 2, 6, 24, TorchOps.frequencies(1e6, 6));
    FamilyReference r = new FamilyReference(s, 8).llama(FamilyReference.LLAMA, false, true, false);
    write(r, llamaJson("Dream", s, false, ", \"rope_theta\": 1000000.0, \"mask_token_id\": 41"));
    checkTrained(Paradigm.MASKED_DIFFUSION, 41, 1, 0);
    checkBothFormats(reference(r, FamilyReference.LLAMA, false, false, Mask.FULL));
  }

  @Test
  void mdlmWithItsModulationFolded() throws Exception {
    Sizes s = new Sizes(43, 24, 2, 3, 3, 8, 96, 40, 1e-5, TorchOps.frequencies(10000, 8));
    FamilyReference r = new FamilyReference(s, 9).dit(true, 10);
    write(
        r,
        """
        {"model_type": "mdlm", "hidden_dim": 24, "cond_dim": 10, "n_blocks": 2, "n_heads": 3,
         "model_length": 40, "vocab_size": 43, "dropout": 0.1, "time_conditioning": false}
        """);
    checkTrained(Paradigm.MASKED_DIFFUSION, 42, 0, 0);
    close("folder", r.runDit(TORCH, true, ids(), Mask.FULL), folder.resolve("model"));
  }

  @Test
  void bd3lmWithAndWithoutModulation() throws Exception {
    Sizes s = new Sizes(43, 24, 2, 3, 3, 8, 96, 40, 1e-5, TorchOps.frequencies(10000, 8));
    for (boolean modulated : new boolean[] {true, false}) {
      FamilyReference r = new FamilyReference(s, 10).dit(modulated, 10);
      write(
          r,
          """
          {"model_type": "bd3lm", "hidden_dim": 24, "cond_dim": 10, "n_blocks": 2, "n_heads": 3,
           "model_length": 40, "vocab_size": 43, "block_size": 4, "adaln": %b, "causal": false,
           "cross_attn": true, "attn_backend": "flex", "time_conditioning": false}
          """
              .formatted(modulated));
      checkTrained(Paradigm.BLOCK_DIFFUSION, 42, 0, 4);
      close("folder", r.runDit(TORCH, modulated, ids(), Mask.blocks(4)), folder.resolve("model"));
    }
  }

  @Test
  void a2dQwen3OfBothKinds() throws Exception {
    Sizes s = sizes(3, 3, 14, 27, TorchOps.frequencies(1e6, 14));
    FamilyReference r = new FamilyReference(s, 11).llama(FamilyReference.LLAMA, true, false, true);
    String json = llamaJson("a2d-qwen3", s, true, ", \"rope_theta\": 1000000.0");
    String mask =
        "{\"mask_token\": \"<|mask|>\","
            + " \"added_tokens_decoder\": {\"40\": {\"content\": \"<|mask|>\"}}}";
    write(r, json);
    Files.writeString(folder.resolve("model").resolve("tokenizer_config.json"), mask);
    checkTrained(Paradigm.MASKED_DIFFUSION, 40, 0, 0);
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, true, Mask.FULL));
    // The configuration does not tell them apart; the published names do.
    write(r, json.replace("}", ", \"_name_or_path\": \"x/Qwen3-0.6B-diffusion-bd3lm-v0.1\"}"));
    checkTrained(Paradigm.BLOCK_DIFFUSION, 40, 0, 32);
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, true, Mask.blocks(32)));
  }

  @Test
  void sdar() throws Exception {
    Sizes s = sizes(4, 2, 8, 32, TorchOps.frequencies(1e6, 8));
    FamilyReference r = new FamilyReference(s, 12).llama(FamilyReference.LLAMA, false, false, true);
    write(
        r,
        llamaJson(
            "sdar",
            s,
            false,
            ", \"rope_theta\": 1000000.0, \"block_size\": 4,"
                + " \"mask_token_id\": 39, \"fuse_cross_entropy\": true"));
    checkTrained(Paradigm.BLOCK_DIFFUSION, 39, 0, 4);
    checkBothFormats(reference(r, FamilyReference.LLAMA, false, true, Mask.blocks(4)));
  }

  @Test
  void fastDllmV2() throws Exception {
    Sizes s = sizes(4, 2, 6, 24, TorchOps.frequencies(1e6, 6));
    FamilyReference r = new FamilyReference(s, 13).llama(FamilyReference.LLAMA, true, true, false);
    write(
        r,
        llamaJson(
            "Fast_dLLM_Qwen",
            s,
            true,
            ", \"rope_theta\": 1000000.0, \"bd_size\": 8," + " \"mask_token_id\": 38"));
    checkTrained(Paradigm.BLOCK_DIFFUSION, 38, 1, 8);
    checkBothFormats(reference(r, FamilyReference.LLAMA, true, false, Mask.blocks(8)));
  }

  private static int[] ids() {
    return new Random(77).ints(LENGTH, 0, 43).toArray();
  }

  private void checkLlama(FamilyReference r, Names n, boolean tied, boolean qkNorm, Mask mask) {
    close("folder", reference(r, n, tied, qkNorm, mask), folder.resolve("model"));
  }

  private static float[] reference(
      FamilyReference r, Names names, boolean tied, boolean qkNorm, Mask mask) {
    return r.runLlama(TORCH, names, tied, qkNorm, ids(), mask);
  }

  private void write(FamilyReference r, String config) throws Exception {
    Path model = Files.createDirectories(folder.resolve("model"));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    r.values().forEach((name, v) -> tensors.put(name, Tensor.of(v, r.shapes().get(name))));
    SafetensorsWriter.write(model.resolve("model.safetensors"), tensors, Map.of());
    Files.writeString(model.resolve("config.json"), config);
    Files.writeString(
        model.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "normalizer": null, "post_processor": null,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
          "use_regex": true},
         "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
          "use_regex": true},
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}
        """);
  }

  private void checkTrained(Paradigm paradigm, int mask, int shift, int block) {
    try (var checkpoint = Models.open(folder.resolve("model").toString())) {
      var config = checkpoint.weights().config();
      assertEquals(paradigm, config.paradigm());
      assertEquals(mask, config.maskTokenId().orElse(-1));
      assertEquals(shift, config.logitShift());
      assertEquals(block, config.blockSize());
    }
  }

  /** The folder, the GGUF file made of it, and the folder made of that. */
  private void checkBothFormats(float[] expected) {
    Path model = folder.resolve("model");
    Path gguf = folder.resolve("model.gguf");
    Path back = folder.resolve("back");
    close("folder", expected, model);
    Converter.convert(model.toString(), gguf, DType.F32);
    close("GGUF", expected, gguf);
    Converter.convert(gguf.toString(), back, DType.F32);
    close("folder made of GGUF", expected, back);
    Converter.convert(model.toString(), gguf, DType.BF16);
    double error = error(expected, logits(gguf));
    assertTrue(error > 0 && error < 0.03, "BF16: " + error);
  }

  private static void close(String what, float[] expected, Path model) {
    double error = error(expected, logits(model));
    assertTrue(error <= RELATIVE, what + ": relative error " + error);
  }

  /** Largest difference over the largest logit. */
  private static double error(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double largest = 0;
    double off = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      off = Math.max(off, Math.abs(expected[i] - found[i]));
    }
    return off / largest;
  }

  private static float[] logits(Path path) {
    try (LanguageModel model = Models.load(path.toString(), RuntimeOptions.DEFAULT)) {
      Attention attention =
          switch (model.config().paradigm()) {
            case MASKED_DIFFUSION, UNIFORM_DIFFUSION -> new Attention.Bidirectional(LENGTH);
            case BLOCK_DIFFUSION -> new Attention.BlockCausal(model.config().blockSize(), LENGTH);
            case AUTOREGRESSIVE, ANY -> Attention.CAUSAL;
          };
      try (var session = model.open(LENGTH, 1)) {
        Logits logits = session.forward(ids(), 0, attention, Run.all(LENGTH));
        return java.util.Arrays.copyOf(logits.values(), LENGTH * logits.vocab());
      }
    }
  }
}
