package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * Writes weights and a tokenizer as a GGUF file, with the names and orders that llama.cpp reads.
 */
final class GgufExport {
  /** {@code general.file_type} of llama.cpp. */
  private static final Map<DType, Integer> FILE_TYPES =
      Map.of(
          DType.F32,
          0,
          DType.F16,
          1,
          DType.Q4_0,
          2,
          DType.Q8_0,
          7,
          DType.Q4_K,
          14,
          DType.Q6_K,
          18,
          DType.BF16,
          32);

  private final WeightSource source;
  private final ModelConfig config;
  private final GgufArchitecture architecture;
  private final TypePlan plan;
  private final SequencedMap<String, int[]> shapes;

  private GgufExport(WeightSource source, DType dtype) {
    this.source = source;
    this.config = source.config();
    this.architecture = architecture(source);
    this.plan = new TypePlan(dtype);
    this.shapes = CanonicalShapes.of(config);
  }

  /**
   * @throws UsageException if no architecture of GGUF holds the model, or nothing can be written
   */
  static void write(
      WeightSource source, TokenizerData tokenizer, String name, DType dtype, Path out) {
    GgufExport export = new GgufExport(source, dtype);
    Map<String, GgufValue> metadata = export.metadata(name);
    metadata.put("general.file_type", integer(fileType(dtype)));
    metadata.put("general.quantization_version", integer(2));
    GgufTokenizerData.write(tokenizer, source.config().vocabSize(), metadata);
    GgufWriter.write(out, metadata, export.entries());
  }

  static int fileType(DType dtype) {
    return FILE_TYPES.get(dtype);
  }

  private static GgufArchitecture architecture(WeightSource source) {
    return switch (source.config().architecture()) {
      case "llama", "mistral", "a2d-llama" -> GgufArchitecture.LLAMA;
      case "qwen2", "a2d-qwen2", "Fast_dLLM_Qwen" -> GgufArchitecture.QWEN2;
      case "qwen3", "a2d-qwen3", "sdar" -> GgufArchitecture.QWEN3;
      case "gpt2" -> GgufArchitecture.GPT2;
      case "llada" -> GgufArchitecture.LLADA;
      case "Dream", "dream" -> GgufArchitecture.DREAM;
      default ->
          throw new UsageException(
              "%s: GGUF has no architecture for %s; supported are %s"
                  .formatted(
                      source.name(),
                      Quoted.of(source.config().architecture()),
                      GgufArchitecture.supported()));
    };
  }

  private Map<String, GgufValue> metadata(String name) {
    Map<String, GgufValue> m = new LinkedHashMap<>();
    m.put("general.architecture", new GgufValue.Text(architecture.name));
    m.put("general.name", new GgufValue.Text(name));
    m.put("general.alignment", integer(32));
    put(m, "context_length", config.contextLength());
    put(m, "embedding_length", config.hiddenSize());
    put(m, "block_count", config.layers());
    put(m, "feed_forward_length", config.mlpSize());
    put(m, "vocab_size", config.vocabSize());
    put(m, "attention.head_count", config.heads());
    put(m, "attention.head_count_kv", config.kvHeads());
    put(m, "attention.key_length", config.headSize());
    put(m, "attention.value_length", config.headSize());
    if (config.slidingWindow() > 0) {
      put(m, "attention.sliding_window", config.slidingWindow());
    }
    String epsilon =
        config.norm() == Norm.RMS
            ? "attention.layer_norm_rms_epsilon"
            : "attention.layer_norm_epsilon";
    m.put(key(epsilon), new GgufValue.Real(config.normEpsilon(), true));
    if (config.positions() instanceof Positions.Rope rope) {
      put(m, "rope.dimension_count", rope.rotary());
      m.put(key("rope.freq_base"), new GgufValue.Real(rope.theta(), true));
      if (rope.scaling() instanceof RopeScaling.Linear(double factor)) {
        m.put(key("rope.scaling.type"), new GgufValue.Text("linear"));
        m.put(key("rope.scaling.factor"), new GgufValue.Real(factor, true));
      }
    }
    putTraining(m);
    return m;
  }

  /** What the architecture's name alone does not say. */
  private void putTraining(Map<String, GgufValue> m) {
    config.maskTokenId().ifPresent(id -> m.put(GgufConfig.MASK_TOKEN, integer(id)));
    if (architecture.paradigm != Paradigm.AUTOREGRESSIVE) {
      m.put(key("attention.causal"), new GgufValue.Bool(false));
      m.put(GgufConfig.SHIFT_LOGITS, new GgufValue.Bool(config.logitShift() == 1));
    }
    if (config.paradigm() != architecture.paradigm
        || config.logitShift() != architecture.logitShift) {
      String paradigm =
          config.paradigm().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      m.put(GgufConfig.PARADIGM, new GgufValue.Text(paradigm));
      m.put(GgufConfig.LOGIT_SHIFT, integer(config.logitShift()));
    }
    if (config.blockSize() > 0) {
      m.put(GgufConfig.BLOCK_SIZE, integer(config.blockSize()));
    }
  }

  private String key(String name) {
    return architecture.name + "." + name;
  }

  private void put(Map<String, GgufValue> m, String name, int value) {
    m.put(key(name), integer(value));
  }

  private static GgufValue integer(int value) {
    return new GgufValue.Int(value, false);
  }

  private List<TensorEntry> entries() {
    List<TensorEntry> entries = new ArrayList<>();
    if (config.positions() instanceof Positions.Rope rope
        && rope.scaling() instanceof RopeScaling.Llama3 scaling) {
      entries.add(factors(scaling, rope));
    }
    for (String name : shapes.keySet()) {
      if (!source.names().contains(name)) {
        continue;
      }
      if (architecture == GgufArchitecture.GPT2
          && name.contains("self_attn.")
          && !name.contains("o_proj")) {
        // llama.cpp knows GPT-2's projection only fused.
        if (name.contains("q_proj")) {
          entries.add(fused(name));
        }
        continue;
      }
      String gguf = GgufNames.toGguf(name).orElseThrow(() -> noPlace(name));
      DType type = typeOf(name, shapes.get(name));
      entries.add(new TensorEntry(gguf, type, shapes.get(name), () -> converted(name, type)));
    }
    return entries;
  }

  private UsageException noPlace(String name) {
    return new UsageException(
        "%s: GGUF has no place for tensor %s".formatted(source.name(), Quoted.of(name)));
  }

  private DType typeOf(String name, int[] shape) {
    boolean output =
        name.equals("lm_head.weight")
            || config.tiedEmbeddings() && name.equals("model.embed_tokens.weight");
    return plan.typeOf(shape, name.contains("embed_positions"), output);
  }

  private Tensor converted(String name, DType type) {
    Tensor tensor = Conversion.to(type, source.get(name, shapes.get(name)));
    boolean turned = name.contains("q_proj") || name.contains("k_proj");
    return turned
            && architecture.rotary == GgufArchitecture.Rotary.NEIGHBOURS
            && config.positions() instanceof Positions.Rope rope
        ? RowOrder.halvesToNeighbours(tensor, config.headSize(), rope.rotary())
        : tensor;
  }

  private TensorEntry fused(String query) {
    int[] shape = shapes.get(query).clone();
    shape[0] = config.querySize() + 2 * config.kvSize();
    DType type = typeOf(query, shape);
    String name = GgufNames.toGguf(query).orElseThrow().replace("attn_q.", GgufNames.FUSED + ".");
    return new TensorEntry(
        name,
        type,
        shape,
        () ->
            RowOrder.joined(
                converted(query, type),
                converted(query.replace("q_proj", "k_proj"), type),
                converted(query.replace("q_proj", "v_proj"), type)));
  }

  private static TensorEntry factors(RopeScaling.Llama3 scaling, Positions.Rope rope) {
    double[] divisors = RopeFactors.divisors(scaling, rope.theta(), rope.rotary());
    float[] values = new float[divisors.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) divisors[i];
    }
    return TensorEntry.of(RopeFactors.TENSOR, Tensor.of(values, values.length));
  }
}
