package org.decodebench.core.checkpoint;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;

/** Reads a {@link ModelConfig} from a GGUF file's metadata. */
final class GgufConfig {
  /** Keys of our own, for what GGUF has no key for. */
  static final String PARADIGM = "decodebench.paradigm";

  static final String LOGIT_SHIFT = "decodebench.logit_shift";
  static final String BLOCK_SIZE = "decodebench.block_size";
  static final String MASK_TOKEN = "tokenizer.ggml.mask_token_id";
  static final String SHIFT_LOGITS = "diffusion.shift_logits";

  private static final int LLADA_MASK = 126336;
  private static final int MOST = 1 << 20;

  /** Keys below the architecture's name that are read here or that change nothing. */
  private static final Set<String> KNOWN_KEYS =
      Set.of(
          "context_length",
          "embedding_length",
          "block_count",
          "feed_forward_length",
          "vocab_size",
          "tensor_data_layout",
          "pooling_type",
          "use_parallel_residual",
          "expert_count",
          "expert_used_count",
          "attention.head_count",
          "attention.head_count_kv",
          "attention.key_length",
          "attention.value_length",
          "attention.layer_norm_epsilon",
          "attention.layer_norm_rms_epsilon",
          "attention.sliding_window",
          "attention.causal",
          "rope.dimension_count",
          "rope.freq_base",
          "rope.scale_linear",
          "rope.scaling.type",
          "rope.scaling.factor",
          "rope.scaling.finetuned",
          "rope.scaling.original_context_length");

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final GgufArchitecture architecture;

  private GgufConfig(GgufFile file) {
    this.file = file;
    this.metadata = file.metadata();
    this.architecture = architecture(metadata);
  }

  /**
   * @throws UsageException if the architecture or a field is not supported, or a field is missing
   *     or makes no sense
   */
  static ModelConfig of(GgufFile file) {
    ModelConfig config = new GgufConfig(file).read();
    ConfigChecks.check(file.path().toString(), config);
    return config;
  }

  static GgufArchitecture architecture(GgufMetadata metadata) {
    String name = metadata.requiredText("general.architecture");
    return GgufArchitecture.byName(name)
        .orElseThrow(() ->
            new UsageException(
                "%s: architecture %s is not supported; supported are %s"
                    .formatted(metadata.file(), Quoted.of(name), GgufArchitecture.supported())));
  }

  private ModelConfig read() {
    checkKeys();
    int hidden = required("embedding_length");
    int heads = heads("attention.head_count", OptionalInt.empty());
    int kvHeads = heads("attention.head_count_kv", OptionalInt.of(heads));
    int headSize = integer("attention.key_length").orElse(Math.max(1, hidden / heads));
    if (integer("attention.value_length").orElse(headSize) != headSize) {
      throw bad("attention.value_length", "differs from key_length, which is not supported");
    }
    int vocab = embedding().shape()[0];
    Paradigm paradigm = paradigm();
    return new ModelConfig(
        architecture.name,
        vocab,
        hidden,
        required("block_count"),
        heads,
        kvHeads,
        headSize,
        required("feed_forward_length"),
        metadata.requiredInteger(key("context_length"), 1, 1 << 28),
        architecture.norm,
        epsilon(),
        positions(headSize),
        architecture.mlp,
        architecture == GgufArchitecture.QWEN3,
        !file.tensors().containsKey("output.weight"),
        metadata.integer(key("attention.sliding_window"), 0, 1 << 28).orElse(0),
        paradigm,
        mask(paradigm, vocab),
        logitShift(),
        paradigm == Paradigm.BLOCK_DIFFUSION ? metadata.requiredInteger(BLOCK_SIZE, 1, MOST) : 0);
  }

  private void checkKeys() {
    String prefix = architecture.name + ".";
    for (String key : metadata.keys()) {
      if (key.startsWith(prefix) && !KNOWN_KEYS.contains(key.substring(prefix.length()))) {
        throw new UsageException(
            "%s: metadata %s is not supported".formatted(metadata.file(), Quoted.of(key)));
      }
    }
    if (integer("expert_count").orElse(0) != 0) {
      throw bad("expert_count", "mixtures of experts are not supported");
    }
  }

  private GgufTensor embedding() {
    GgufTensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null) {
      throw new UsageException(
          file.tensors().isEmpty()
              ? file.path() + ": holds a vocabulary only, no tensors; it can tokenize, not decode"
              : file.path() + ": tensor token_embd.weight is missing");
    }
    if (embedding.shape().length != 2) {
      throw new UsageException(
          "%s: tensor token_embd.weight has shape %s, not two dimensions"
              .formatted(file.path(), Arrays.toString(embedding.shape())));
    }
    return embedding;
  }

  /** A count that a file may also give layer by layer; only one value for all is supported. */
  private int heads(String name, OptionalInt fallback) {
    if (metadata.value(key(name)).orElse(null) instanceof GgufValue.Ints(long[] values)
        && values.length > 0
        && values[0] > 0
        && values[0] <= MOST) {
      if (Arrays.stream(values).anyMatch(v -> v != values[0])) {
        throw bad(name, "differs between layers, which is not supported");
      }
      return (int) values[0];
    }
    OptionalInt value = metadata.integer(key(name), 1, MOST);
    return value.isPresent()
        ? value.getAsInt()
        : fallback.orElseThrow(() -> metadata.missing(key(name)));
  }

  private float epsilon() {
    String name =
        architecture.norm == Norm.RMS
            ? "attention.layer_norm_rms_epsilon"
            : "attention.layer_norm_epsilon";
    return metadata.number(key(name)).orElseThrow(() -> metadata.missing(key(name))).floatValue();
  }

  private Positions positions(int headSize) {
    if (architecture.rotary == GgufArchitecture.Rotary.NONE) {
      return new Positions.Learned();
    }
    double theta = metadata.number(key("rope.freq_base")).orElse(10000.0);
    int rotary = integer("rope.dimension_count").orElse(headSize);
    return new Positions.Rope(theta, rotary, scaling(theta, rotary));
  }

  private RopeScaling scaling(double theta, int rotary) {
    if (file.tensors().containsKey(RopeFactors.TENSOR)) {
      return RopeFactors.read(file, theta, rotary);
    }
    String type = metadata.text(key("rope.scaling.type")).orElse("none");
    double old = metadata.number(key("rope.scale_linear")).orElse(1.0);
    double factor = metadata.number(key("rope.scaling.factor")).orElse(old);
    return switch (type) {
      case "none" -> old == 1 ? new RopeScaling.None() : new RopeScaling.Linear(old);
      case "linear" -> factor == 1 ? new RopeScaling.None() : new RopeScaling.Linear(factor);
      default ->
          throw bad(
              "rope.scaling.type",
              "is " + Quoted.of(type) + "; supported are none, linear and Llama 3's factors");
    };
  }

  private Paradigm paradigm() {
    return metadata
        .text(PARADIGM)
        .map(text ->
            switch (text) {
              case "autoregressive" -> Paradigm.AUTOREGRESSIVE;
              case "masked-diffusion" -> Paradigm.MASKED_DIFFUSION;
              case "block-diffusion" -> Paradigm.BLOCK_DIFFUSION;
              case "uniform-diffusion" -> Paradigm.UNIFORM_DIFFUSION;
              default ->
                  throw metadata.wrong(
                      PARADIGM,
                      "autoregressive, masked-diffusion, block-diffusion or uniform-diffusion",
                      metadata.value(PARADIGM).orElseThrow());
            })
        .orElse(architecture.paradigm);
  }

  private OptionalInt mask(Paradigm paradigm, int vocab) {
    if (paradigm == Paradigm.AUTOREGRESSIVE) {
      return OptionalInt.empty();
    }
    OptionalInt mask = metadata.integer(MASK_TOKEN, 0, vocab - 1);
    if (mask.isEmpty() && architecture == GgufArchitecture.LLADA && vocab > LLADA_MASK) {
      // Published conversions of LLaDA leave it out.
      return OptionalInt.of(LLADA_MASK);
    }
    if (mask.isEmpty()) {
      throw metadata.missing(MASK_TOKEN);
    }
    return mask;
  }

  private int logitShift() {
    int usual =
        metadata.flag(SHIFT_LOGITS).map(shifted -> shifted ? 1 : 0).orElse(architecture.logitShift);
    return metadata.integer(LOGIT_SHIFT, 0, 1).orElse(usual);
  }

  private String key(String name) {
    return architecture.name + "." + name;
  }

  private int required(String name) {
    return metadata.requiredInteger(key(name), 1, MOST);
  }

  private OptionalInt integer(String name) {
    return metadata.integer(key(name), 0, MOST);
  }

  private UsageException bad(String name, String what) {
    return new UsageException("%s: metadata %s %s".formatted(metadata.file(), key(name), what));
  }
}
