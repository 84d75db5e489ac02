package org.decodebench.core.checkpoint;

import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import tools.jackson.databind.JsonNode;

/**
 * Reads {@code config.json} of the families that are shaped like Llama: {@code llama}, {@code
 * mistral}, {@code qwen2}, {@code qwen3}, with our own object {@code decodebench} for what a model
 * was trained to do.
 */
final class HuggingFaceConfig {
  static final List<String> FAMILIES = List.of("llama", "mistral", "qwen2", "qwen3");

  /** Ranges that keep a damaged file from asking for absurd amounts of memory. */
  private static final int MOST_WIDTH = 1 << 20;

  private static final int MOST_LAYERS = 1 << 12;
  private static final int MOST_TOKENS = 1 << 24;
  private static final int MOST_POSITIONS = 1 << 27;

  /** Bookkeeping, training and tokens: nothing that a forward pass reads. */
  private static final String[] IGNORED = {
    "architectures",
    "torch_dtype",
    "dtype",
    "transformers_version",
    "use_cache",
    "initializer_range",
    "attention_dropout",
    "hidden_dropout",
    "resid_pdrop",
    "bos_token_id",
    "eos_token_id",
    "pad_token_id",
    "unk_token_id",
    "pretraining_tp",
    "rope_interleaved",
    "is_llama_config",
    "transformers.js_config",
    "id2label",
    "label2id",
    "auto_map",
    "name_or_path",
    "use_mrope",
    "attn_implementation",
    "task_specific_params",
    "return_dict",
    "finetuning_task",
    "max_window_layers"
  };

  private final JsonFields fields;
  private final String type;

  private HuggingFaceConfig(String file, JsonNode json) {
    fields = new JsonFields(file, json);
    type = fields.choice("model_type", "(none)", FAMILIES.toArray(String[]::new));
  }

  /**
   * @throws org.decodebench.core.UsageException naming a field that is missing, out of range or not
   *     supported
   */
  static ModelConfig read(String file, JsonNode json) {
    return new HuggingFaceConfig(file, json).read();
  }

  private ModelConfig read() {
    int hidden = fields.integer("hidden_size", 1, MOST_WIDTH);
    int layers = fields.integer("num_hidden_layers", 1, MOST_LAYERS);
    int heads = fields.integer("num_attention_heads", 1, MOST_WIDTH);
    int kvHeads = fields.integer("num_key_value_heads", 1, heads, heads);
    int usualHead = type.equals("qwen3") ? 128 : Math.max(1, hidden / heads);
    int headSize = fields.integer("head_dim", 1, 1 << 12, usualHead);
    int context = fields.integer("max_position_embeddings", 1, MOST_POSITIONS);
    fields.choice("hidden_act", "silu", "silu");
    fields.flag("attention_bias", false);
    fields.flag("mlp_bias", false);
    Positions positions = positions(headSize, context);
    int vocab = fields.integer("vocab_size", 1, MOST_TOKENS);
    Trained trained = trained(vocab);
    ModelConfig config =
        new ModelConfig(
            type,
            vocab,
            hidden,
            layers,
            heads,
            kvHeads,
            headSize,
            fields.integer("intermediate_size", 1, MOST_WIDTH),
            context,
            Norm.RMS,
            (float) fields.positive("rms_norm_eps", 1e-6),
            positions,
            Mlp.SWIGLU,
            type.equals("qwen3"),
            fields.flag("tie_word_embeddings", false),
            slidingWindow(layers),
            trained.paradigm,
            trained.maskTokenId,
            trained.logitShift,
            trained.blockSize);
    fields.ignore(IGNORED);
    fields.rejectOthers();
    return config;
  }

  /** Older files keep theta and scaling apart, newer ones together in rope_parameters. */
  private Positions positions(int headSize, int context) {
    double theta = fields.positive("rope_theta", 10000);
    RopeScaling scaling = new RopeScaling.None();
    double partial = fields.positive("partial_rotary_factor", 1);
    if (fields.has("rope_scaling")) {
      scaling = scaling(fields.object("rope_scaling"), context);
    }
    if (fields.has("rope_parameters")) {
      JsonFields rope = fields.object("rope_parameters");
      theta = rope.positive("rope_theta", theta);
      partial = rope.positive("partial_rotary_factor", partial);
      scaling = scaling(rope, context);
    }
    int rotary = (int) Math.round(headSize * partial);
    if (partial > 1 || rotary % 2 != 0 || rotary < 2) {
      throw fields.bad(
          "partial_rotary_factor", "leaves %d rotary components of %d", rotary, headSize);
    }
    return new Positions.Rope(theta, rotary, scaling);
  }

  private static RopeScaling scaling(JsonFields rope, int context) {
    String key = rope.has("rope_type") ? "rope_type" : "type";
    String kind = rope.choice(key, "default", "default", "linear", "llama3");
    rope.ignore("type", "rope_type");
    RopeScaling scaling =
        switch (kind) {
          case "linear" -> new RopeScaling.Linear(rope.positive("factor", 1));
          case "llama3" ->
              new RopeScaling.Llama3(
                  rope.positive("factor", 8),
                  rope.positive("low_freq_factor", 1),
                  rope.positive("high_freq_factor", 4),
                  rope.integer("original_max_position_embeddings", 1, MOST_POSITIONS, context));
          default -> new RopeScaling.None();
        };
    rope.rejectOthers();
    return scaling;
  }

  /** One window for all layers, or none; a mixture is refused. */
  private int slidingWindow(int layers) {
    int window = fields.integer("sliding_window", 0, Integer.MAX_VALUE, 0);
    List<String> kinds = fields.texts("layer_types");
    if (!kinds.isEmpty()) {
      if (kinds.stream().allMatch("full_attention"::equals)) {
        return 0;
      }
      if (kinds.stream().allMatch("sliding_attention"::equals)) {
        return window;
      }
      throw fields.bad("layer_types", "mixes kinds of attention; supported: one for all layers");
    }
    if (type.equals("mistral") || type.equals("llama")) {
      return window;
    }
    boolean used = fields.flag("use_sliding_window", false);
    int firstWindowed = fields.integer("max_window_layers", 0, Integer.MAX_VALUE, layers);
    if (used && window > 0 && firstWindowed > 0 && firstWindowed < layers) {
      throw fields.bad(
          "max_window_layers", "mixes kinds of attention; supported: one for all layers");
    }
    return used && firstWindowed == 0 ? window : 0;
  }

  private record Trained(
      Paradigm paradigm, OptionalInt maskTokenId, int logitShift, int blockSize) {}

  private Trained trained(int vocab) {
    if (!fields.has("decodebench")) {
      return new Trained(Paradigm.AUTOREGRESSIVE, OptionalInt.empty(), 1, 0);
    }
    JsonFields ours = fields.object("decodebench");
    Paradigm paradigm =
        switch (ours.choice(
            "paradigm",
            "autoregressive",
            "autoregressive",
            "masked-diffusion",
            "block-diffusion")) {
          case "masked-diffusion" -> Paradigm.MASKED_DIFFUSION;
          case "block-diffusion" -> Paradigm.BLOCK_DIFFUSION;
          default -> Paradigm.AUTOREGRESSIVE;
        };
    boolean diffusion = paradigm != Paradigm.AUTOREGRESSIVE;
    OptionalInt mask = ours.optionalInteger("mask_token_id", 0, vocab - 1);
    if (diffusion && mask.isEmpty()) {
      throw ours.bad("mask_token_id", "is missing in a diffusion model");
    }
    int shift = ours.integer("logit_shift", 0, 1, diffusion ? 0 : 1);
    int block =
        paradigm == Paradigm.BLOCK_DIFFUSION
            ? ours.integer("block_size", 1, MOST_POSITIONS)
            : ours.integer("block_size", 0, MOST_POSITIONS, 0);
    ours.ignore("tokenizer", "canvas");
    ours.rejectOthers();
    return new Trained(paradigm, mask, shift, block);
  }
}
