package org.decodebench.core.checkpoint;

import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import tools.jackson.databind.JsonNode;

/**
 * Reads {@code config.json} of the {@linkplain HubFamily families} that are known, with our own
 * object {@code decodebench} for what a model was trained to do where its family does not say it.
 */
final class HuggingFaceConfig {
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

  /** A folder with this in its name holds a block-diffusion model where the family has both. */
  private static final String BLOCKS = "bd3lm";

  private static final int USUAL_BLOCK = 32;

  private final JsonFields fields;
  private final HubFamily family;
  private final String file;
  private final OptionalInt tokenizersMask;

  private HuggingFaceConfig(String file, JsonNode json, OptionalInt tokenizersMask) {
    this.file = file;
    this.tokenizersMask = tokenizersMask;
    this.fields = new JsonFields(file, json);
    String type = fields.text("model_type", "(none)");
    this.family =
        HubFamily.of(type)
            .orElseThrow(() ->
                fields.bad(
                    "model_type", "is %s; supported: %s", Quoted.of(type), HubFamily.supported()));
  }

  /**
   * @param tokenizersMask the tokenizer's mask token, for families whose configuration names none
   * @throws org.decodebench.core.UsageException naming a field that is missing, out of range or not
   *     supported
   */
  static ModelConfig read(String file, JsonNode json, OptionalInt tokenizersMask) {
    ModelConfig config = new HuggingFaceConfig(file, json, tokenizersMask).read();
    ConfigChecks.check(file, config);
    return config;
  }

  /** How the family of a configuration names its tensors. */
  static TensorLayout layout(JsonNode json) {
    TensorLayout layout = HubFamily.of(json.path("model_type").asString("")).orElseThrow().layout();
    boolean unmodulated =
        layout == TensorLayout.DIT
            && json.path("adaln").isBoolean()
            && !json.path("adaln").booleanValue();
    return unmodulated ? TensorLayout.PLAIN_DIT : layout;
  }

  private ModelConfig read() {
    int hidden = integer("hidden_size", MOST_WIDTH);
    int layers = integer("num_hidden_layers", MOST_LAYERS);
    int heads = integer("num_attention_heads", MOST_WIDTH);
    int kvHeads = fields.integer(family.field("num_key_value_heads"), 1, heads, heads);
    HubFamily.Usual usual = family.usual();
    int usualHead = usual.headSize() > 0 ? usual.headSize() : Math.max(1, hidden / heads);
    int headSize = fields.integer("head_dim", 1, 1 << 12, usualHead);
    int context = integer("max_position_embeddings", MOST_POSITIONS);
    checkActivation();
    fields.flag("attention_bias", false);
    fields.flag("mlp_bias", false);
    fields.flag("adaln", true);
    family.fixed().forEach(fields::fixed);
    Positions positions =
        family.learnedPositions() ? new Positions.Learned() : positions(headSize, context);
    int vocab = integer("vocab_size", MOST_TOKENS);
    Trained trained = trained(vocab);
    ModelConfig config =
        new ModelConfig(
            family.type(),
            vocab,
            hidden,
            layers,
            heads,
            kvHeads,
            headSize,
            mlpSize(hidden),
            context,
            family.norm(),
            (float) fields.positive(family.field("rms_norm_eps"), usual.epsilon()),
            positions,
            family.mlp(),
            family.qkNorm(),
            fields.flag(family.field("tie_word_embeddings"), usual.tied()),
            slidingWindow(layers),
            trained.paradigm,
            trained.maskTokenId,
            trained.logitShift,
            trained.blockSize);
    fields.ignore(IGNORED);
    fields.ignore(family.ignored().toArray(String[]::new));
    fields.rejectOthers();
    return config;
  }

  private int integer(String name, int most) {
    return fields.integer(family.field(name), 1, most);
  }

  private int mlpSize(int hidden) {
    int factor = family.usual().mlpFactor();
    String name = family.field("intermediate_size");
    return factor == 0
        ? fields.integer(name, 1, MOST_WIDTH)
        : fields.integer(name, 1, MOST_WIDTH, factor * hidden);
  }

  private void checkActivation() {
    String name = family.field("hidden_act");
    switch (family.mlp()) {
      case SWIGLU -> fields.choice(name, "silu", "silu");
      case GELU_TANH -> fields.choice(name, "gelu_new", "gelu_new", "gelu_pytorch_tanh");
    }
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
    if (family.type().equals("mistral") || family.type().equals("llama")) {
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
    HubFamily.Trained usual = family.trained();
    boolean named = file.contains(BLOCKS) || fields.text("_name_or_path", "").contains(BLOCKS);
    boolean blocks = usual.paradigm() == Paradigm.MASKED_DIFFUSION && named && isBoth();
    int familyBlock = usual.blockField().isEmpty() ? 0 : usual.blockSize();
    if (!usual.blockField().isEmpty()) {
      familyBlock = fields.integer(usual.blockField(), 1, MOST_POSITIONS, familyBlock);
    }
    OptionalInt mask = fields.optionalInteger("mask_token_id", 0, vocab - 1);
    if (fields.has("decodebench")) {
      return ours(fields.object("decodebench"), vocab, mask);
    }
    if (usual.paradigm() == Paradigm.AUTOREGRESSIVE) {
      return new Trained(usual.paradigm(), OptionalInt.empty(), usual.logitShift(), 0);
    }
    return new Trained(
        blocks ? Paradigm.BLOCK_DIFFUSION : usual.paradigm(),
        OptionalInt.of(familyMask(mask, vocab)),
        usual.logitShift(),
        blocks ? USUAL_BLOCK : familyBlock);
  }

  private boolean isBoth() {
    return family.type().startsWith("a2d-");
  }

  private int familyMask(OptionalInt given, int vocab) {
    if (given.isPresent()) {
      return given.getAsInt();
    }
    if (family.trained().lastIsMask()) {
      return vocab - 1;
    }
    OptionalInt known = tokenizersMask.isPresent() ? tokenizersMask : family.trained().maskToken();
    if (known.isEmpty() || known.getAsInt() >= vocab) {
      throw fields.bad("mask_token_id", "is missing; the tokenizer's mask token is %s", known);
    }
    return known.getAsInt();
  }

  /** Our own object says it all; what it leaves out is as in a model of its paradigm. */
  private Trained ours(JsonFields ours, int vocab, OptionalInt above) {
    Paradigm paradigm =
        switch (ours.choice(
            "paradigm",
            "autoregressive",
            "autoregressive",
            "masked-diffusion",
            "block-diffusion",
            "uniform-diffusion")) {
          case "masked-diffusion" -> Paradigm.MASKED_DIFFUSION;
          case "uniform-diffusion" -> Paradigm.UNIFORM_DIFFUSION;
          case "block-diffusion" -> Paradigm.BLOCK_DIFFUSION;
          default -> Paradigm.AUTOREGRESSIVE;
        };
    boolean diffusion = paradigm != Paradigm.AUTOREGRESSIVE;
    OptionalInt mask = ours.optionalInteger("mask_token_id", 0, vocab - 1);
    if (mask.isEmpty()) {
      mask = above;
    }
    if (diffusion && mask.isEmpty()) {
      throw ours.bad("mask_token_id", "is missing in a diffusion model");
    }
    int shift = ours.integer("logit_shift", 0, 1, diffusion ? 0 : 1);
    int block =
        paradigm == Paradigm.BLOCK_DIFFUSION
            ? ours.integer("block_size", 1, MOST_POSITIONS)
            : ours.integer("block_size", 0, MOST_POSITIONS, 0);
    ours.ignore("tokenizer", "canvas", "heads", "target");
    ours.rejectOthers();
    return new Trained(paradigm, mask, shift, block);
  }
}
