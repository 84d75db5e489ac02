package org.decodebench.core.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;

/**
 * A model family as Hugging Face folders hold it, as data: how it names its configuration and its
 * tensors, and what its name implies. All of them run on one transformer.
 *
 * @param type {@code model_type} of config.json
 * @param fields Llama's name of a field to the family's own; what is missing has the same name
 * @param norm kind of normalisation
 * @param mlp kind of MLP
 * @param qkNorm norms over query and key heads
 * @param learnedPositions learned instead of rotary positions
 * @param layout names of tensors
 * @param trained what its models were trained to do
 * @param usual values that stand for fields that may be missing: {@code tie_word_embeddings}, …
 * @param fixed fields that must have this value if they are there
 * @param ignored fields that change nothing in a forward pass
 */
record HubFamily(
    String type,
    Map<String, String> fields,
    Norm norm,
    Mlp mlp,
    boolean qkNorm,
    boolean learnedPositions,
    TensorLayout layout,
    Trained trained,
    Usual usual,
    Map<String, String> fixed,
    List<String> ignored) {

  /**
   * What a family's models were trained to do.
   *
   * @param maskToken the published mask token, where config.json does not name it
   * @param lastIsMask whether the last id of the vocabulary is the mask
   * @param blockField field with the block size, or an empty string
   * @param blockSize the published one
   */
  record Trained(
      Paradigm paradigm,
      int logitShift,
      OptionalInt maskToken,
      boolean lastIsMask,
      String blockField,
      int blockSize) {

    static final Trained AR =
        new Trained(Paradigm.AUTOREGRESSIVE, 1, OptionalInt.empty(), false, "", 0);

    static Trained masked(int shift) {
      return new Trained(Paradigm.MASKED_DIFFUSION, shift, OptionalInt.empty(), false, "", 0);
    }

    static Trained blocks(int shift, int mask, String field, int size) {
      return new Trained(Paradigm.BLOCK_DIFFUSION, shift, OptionalInt.of(mask), false, field, size);
    }

    Trained maskedByLast() {
      return new Trained(paradigm, logitShift, maskToken, true, blockField, blockSize);
    }

    Trained mask(int id) {
      return new Trained(
          paradigm, logitShift, OptionalInt.of(id), lastIsMask, blockField, blockSize);
    }
  }

  /**
   * Values of fields that may be missing.
   *
   * @param mlpFactor MLP width over hidden size, or 0 if the width must be given
   * @param headSize or 0 for hidden size over heads
   */
  record Usual(boolean tied, int mlpFactor, int headSize, double epsilon, double theta) {
    static final Usual LLAMA = new Usual(false, 0, 0, 1e-6, 10000);
    static final Usual QWEN3 = new Usual(false, 0, 128, 1e-6, 10000);
  }

  /** All of them; docs/models.md has the same as a table for people. */
  static final List<HubFamily> ALL =
      List.of(
          llama("llama", false, Trained.AR),
          llama("mistral", false, Trained.AR),
          llama("qwen2", false, Trained.AR),
          llama("qwen3", true, Trained.AR),
          llama("a2d-llama", false, Trained.masked(0)),
          llama("a2d-qwen2", false, Trained.masked(0)),
          llama("a2d-qwen3", true, Trained.masked(0)),
          llama("Dream", false, Trained.masked(1).mask(151666)),
          llama("Fast_dLLM_Qwen", false, Trained.blocks(1, 151665, "bd_size", 32)),
          llama("sdar", true, Trained.blocks(0, 151669, "block_size", 4)),
          llada(),
          gpt2(),
          dit("mdlm", Trained.masked(0).maskedByLast()),
          dit("bd3lm", Trained.blocks(0, 0, "block_size", 1).maskedByLast()));

  static Optional<HubFamily> of(String type) {
    return ALL.stream().filter(f -> f.type.equals(type)).findFirst();
  }

  static String supported() {
    return ALL.stream().map(HubFamily::type).collect(Collectors.joining(", "));
  }

  /** The family's own name of a field that Llama calls so. */
  String field(String name) {
    return fields.getOrDefault(name, name);
  }

  private static HubFamily llama(String type, boolean qkNorm, Trained trained) {
    return new HubFamily(
        type,
        Map.of(),
        Norm.RMS,
        Mlp.SWIGLU,
        qkNorm,
        false,
        TensorLayout.LLAMA,
        trained,
        qkNorm ? Usual.QWEN3 : Usual.LLAMA,
        Map.of(),
        List.of("fuse_cross_entropy", "debug", "ep_size", "micro_forward", "skip_checkpoint"));
  }

  private static HubFamily llada() {
    return new HubFamily(
        "llada",
        Map.of(
            "hidden_size", "d_model",
            "num_hidden_layers", "n_layers",
            "num_attention_heads", "n_heads",
            "num_key_value_heads", "n_kv_heads",
            "intermediate_size", "mlp_hidden_size",
            "max_position_embeddings", "max_sequence_length",
            "vocab_size", "embedding_size",
            "hidden_act", "activation_type",
            "tie_word_embeddings", "weight_tying"),
        Norm.RMS,
        Mlp.SWIGLU,
        false,
        false,
        TensorLayout.LLADA,
        Trained.masked(0).mask(126336),
        new Usual(false, 0, 0, 1e-5, 10000),
        Map.ofEntries(
            Map.entry("block_type", "llama"),
            Map.entry("layer_norm_type", "rms"),
            Map.entry("rope", "true"),
            Map.entry("alibi", "false"),
            Map.entry("attention_layer_norm", "false"),
            Map.entry("multi_query_attention", "false"),
            Map.entry("input_emb_norm", "false"),
            Map.entry("scale_logits", "false"),
            Map.entry("bias_for_layer_norm", "false"),
            Map.entry("layer_norm_with_affine", "true"),
            Map.entry("block_group_size", "1")),
        List.of(
            "vocab_size",
            "alibi_bias_max",
            "attention_layer_norm_with_affine",
            "embedding_dropout",
            "flash_attention",
            "include_bias",
            "include_qkv_bias",
            "init_cutoff_factor",
            "init_device",
            "init_fn",
            "init_std",
            "mlp_ratio",
            "precision",
            "residual_dropout",
            "rope_full_precision"));
  }

  private static HubFamily gpt2() {
    return new HubFamily(
        "gpt2",
        Map.of(
            "hidden_size", "n_embd",
            "num_hidden_layers", "n_layer",
            "num_attention_heads", "n_head",
            "intermediate_size", "n_inner",
            "max_position_embeddings", "n_positions",
            "rms_norm_eps", "layer_norm_epsilon",
            "hidden_act", "activation_function"),
        Norm.LAYER,
        Mlp.GELU_TANH,
        false,
        true,
        TensorLayout.GPT2,
        Trained.AR,
        new Usual(true, 4, 0, 1e-5, 10000),
        Map.of(
            "scale_attn_weights", "true",
            "scale_attn_by_inverse_layer_idx", "false",
            "tie_word_embeddings", "true",
            "add_cross_attention", "false"),
        List.of(
            "n_ctx",
            "embd_pdrop",
            "attn_pdrop",
            "reorder_and_upcast_attn",
            "gradient_checkpointing",
            "summary_activation",
            "summary_first_dropout",
            "summary_proj_to_labels",
            "summary_type",
            "summary_use_proj"));
  }

  private static HubFamily dit(String type, Trained trained) {
    return new HubFamily(
        type,
        Map.of(
            "hidden_size", "hidden_dim",
            "num_hidden_layers", "n_blocks",
            "num_attention_heads", "n_heads",
            "max_position_embeddings", "model_length"),
        Norm.LAYER,
        Mlp.GELU_TANH,
        false,
        false,
        TensorLayout.DIT,
        trained,
        new Usual(false, 4, 0, 1e-5, 10000),
        Map.of("time_conditioning", "false", "causal", "false"),
        List.of(
            "cond_dim",
            "dropout",
            "cross_attn",
            "attn_backend",
            "var_min",
            "sampling_eps_min",
            "sampling_eps_max"));
  }
}
