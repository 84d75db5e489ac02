package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Recipe.As;
import org.decodebench.core.checkpoint.Recipe.Part;
import org.decodebench.core.checkpoint.Recipe.Role;
import org.decodebench.core.checkpoint.Recipe.Transposed;
import org.decodebench.core.checkpoint.TokenizerData.Own;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes weights and a tokenizer as a Hugging Face folder, with the names of the model's family.
 */
final class HubExport {
  private final WeightSource source;
  private final ModelConfig config;
  private final HubFamily family;
  private final DType dtype;
  private final Map<String, int[]> shapes;

  private HubExport(WeightSource source, DType dtype) {
    this.source = source;
    this.config = source.config();
    this.dtype = dtype;
    this.shapes = CanonicalShapes.of(config);
    String type = config.architecture().equals("dream") ? "Dream" : config.architecture();
    this.family =
        HubFamily.of(type)
            .orElseThrow(() ->
                new UsageException(
                    "%s: no Hugging Face family for %s".formatted(source.name(), Quoted.of(type))));
    if (dtype.quantised()) {
      throw new UsageException(
          "a Hugging Face folder holds F32, F16 or BF16; write %s to a .gguf file"
              .formatted(dtype));
    }
  }

  /**
   * @throws UsageException if the family's names cannot be written, or nothing can be written there
   */
  static void write(WeightSource source, TokenizerData tokenizer, DType dtype, Path folder) {
    HubExport export = new HubExport(source, dtype);
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), export.entries(), Map.of("format", "pt"));
    JsonFile.write(folder.resolve(HuggingFaceModel.CONFIG), export.configuration(tokenizer));
    JsonTokenizerWriter.write(tokenizer, folder);
  }

  private ObjectNode configuration(TokenizerData tokenizer) {
    ObjectNode json = JsonFile.MAPPER.createObjectNode();
    json.put("model_type", family.type());
    json.put(family.field("hidden_size"), config.hiddenSize());
    json.put(family.field("intermediate_size"), config.mlpSize());
    json.put(family.field("num_hidden_layers"), config.layers());
    json.put(family.field("num_attention_heads"), config.heads());
    if (config.kvHeads() != config.heads()) {
      json.put(family.field("num_key_value_heads"), config.kvHeads());
    }
    int usualHead =
        family.usual().headSize() > 0
            ? family.usual().headSize()
            : config.hiddenSize() / config.heads();
    if (config.headSize() != usualHead) {
      json.put("head_dim", config.headSize());
    }
    json.put(family.field("vocab_size"), config.vocabSize());
    json.put(family.field("max_position_embeddings"), config.contextLength());
    // As the decimal number that was meant, not as the binary one that is nearest to it.
    json.put(
        family.field("rms_norm_eps"), Double.parseDouble(Float.toString(config.normEpsilon())));
    json.put(family.field("tie_word_embeddings"), config.tiedEmbeddings());
    json.put("torch_dtype", torchName(dtype));
    if (config.slidingWindow() > 0) {
      json.put("sliding_window", config.slidingWindow());
    }
    if (config.positions() instanceof Positions.Rope rope) {
      positions(json, rope);
    }
    boolean own = tokenizer instanceof Own;
    HubFamily.Trained usual = family.trained();
    if (own || config.paradigm() != usual.paradigm() || config.logitShift() != usual.logitShift()) {
      training(json, tokenizer);
    } else {
      config.maskTokenId().ifPresent(id -> json.put("mask_token_id", id));
      if (config.blockSize() > 0) {
        json.put(usual.blockField(), config.blockSize());
      }
    }
    return json;
  }

  private void positions(ObjectNode json, Positions.Rope rope) {
    json.put("rope_theta", rope.theta());
    if (rope.rotary() != config.headSize()) {
      json.put("partial_rotary_factor", (double) rope.rotary() / config.headSize());
    }
    switch (rope.scaling()) {
      case RopeScaling.None none -> {}
      case RopeScaling.Linear(double factor) -> {
        ObjectNode scaling = json.putObject("rope_scaling");
        scaling.put("rope_type", "linear");
        scaling.put("factor", factor);
      }
      case RopeScaling.Llama3 l -> {
        ObjectNode scaling = json.putObject("rope_scaling");
        scaling.put("rope_type", "llama3");
        scaling.put("factor", l.factor());
        scaling.put("low_freq_factor", l.lowFrequencyFactor());
        scaling.put("high_freq_factor", l.highFrequencyFactor());
        scaling.put("original_max_position_embeddings", l.originalContext());
      }
    }
  }

  private void training(ObjectNode json, TokenizerData tokenizer) {
    ObjectNode ours = json.putObject("decodebench");
    Paradigm paradigm = config.paradigm();
    ours.put("paradigm", paradigm.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    ours.put("logit_shift", config.logitShift());
    config.maskTokenId().ifPresent(id -> ours.put("mask_token_id", id));
    if (config.blockSize() > 0) {
      ours.put("block_size", config.blockSize());
    }
    if (tokenizer instanceof Own(String name)) {
      ours.put("tokenizer", name);
    }
  }

  static String torchName(DType dtype) {
    return switch (dtype) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      default -> "float32";
    };
  }

  private List<TensorEntry> entries() {
    List<TensorEntry> entries = new ArrayList<>();
    shapes.forEach((canonical, shape) -> {
      if (source.names().contains(canonical)) {
        Recipe recipe =
            family.layout().recipes().get(canonical.replaceFirst("layers\\.\\d+", "layers.#"));
        add(entries, canonical, shape, recipe);
      }
    });
    return entries;
  }

  private void add(List<TensorEntry> entries, String canonical, int[] shape, Recipe recipe) {
    switch (recipe) {
      case As(String name) -> entries.add(entry(canonical, name, shape, false));
      case Transposed(As(String name)) -> entries.add(entry(canonical, name, shape, true));
      case Part(As(String name), Role role) -> fused(entries, canonical, name, shape, role, false);
      case Part(Transposed(As(String name)), Role role) ->
          fused(entries, canonical, name, shape, role, true);
      case null, default ->
          throw new UsageException(
              "%s: a %s folder has no place for tensor %s"
                  .formatted(source.name(), family.type(), Quoted.of(canonical)));
    }
  }

  private String inFile(String canonical, String name) {
    String layer = canonical.replaceFirst("model\\.layers\\.(\\d+)\\..*", "$1");
    return family.layout().prefix() + name.replace("#", layer);
  }

  private TensorEntry entry(String canonical, String name, int[] shape, boolean transposed) {
    int[] written = transposed ? new int[] {shape[1], shape[0]} : shape;
    return new TensorEntry(
        inFile(canonical, name),
        dtype,
        written,
        () -> {
          var tensor = Conversion.to(dtype, source.get(canonical, shape));
          return transposed ? RowOrder.transposed(tensor) : tensor;
        });
  }

  /** Queries, keys and values in one tensor, written when the queries' turn comes. */
  private void fused(
      List<TensorEntry> entries,
      String canonical,
      String name,
      int[] shape,
      Role role,
      boolean transposed) {
    if (role != Role.QUERY) {
      return;
    }
    int[] joined = shape.clone();
    joined[0] = config.querySize() + 2 * config.kvSize();
    int[] written = transposed && joined.length == 2 ? new int[] {joined[1], joined[0]} : joined;
    entries.add(
        new TensorEntry(
            inFile(canonical, name),
            dtype,
            written,
            () -> {
              var all =
                  RowOrder.joined(
                      source.find(canonical).orElseThrow(),
                      source.find(canonical.replace("q_proj", "k_proj")).orElseThrow(),
                      source.find(canonical.replace("q_proj", "v_proj")).orElseThrow());
              var converted = Conversion.to(dtype, all);
              return transposed ? RowOrder.transposed(converted) : converted;
            }));
  }
}
