package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.decodebench.core.checkpoint.TokenizerData.Common;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.Vocabulary.Kind;

/**
 * Makes valid models with random weights, so that speed can be compared on any machine without a
 * download. The same shape and seed give the same file.
 */
public final class Synthesizer {
  private static final Set<String> QUERY_BIASES =
      Set.of("qwen2", "a2d-qwen2", "Dream", "Fast_dLLM_Qwen");

  /** After three special tokens and the bytes. */
  private static final int SPACE = 259;

  private Synthesizer() {}

  /**
   * @param shape a named shape or a config.json
   * @param paradigm what the model pretends to be trained for; empty for what the shape says
   * @param block block size of a block-diffusion model
   * @param out a file that ends in {@code .gguf}, or a folder
   * @throws org.decodebench.core.UsageException if there is no such shape, or it cannot be written
   */
  public static void write(
      String shape, Optional<Paradigm> paradigm, int block, DType dtype, long seed, Path out) {
    ModelConfig named = Shapes.of(shape);
    ModelConfig config = paradigm.map(p -> Shapes.trained(named, p, block)).orElse(named);
    RandomWeights weights = new RandomWeights(config, seed);
    Converter.write(weights, tokenizer(config), "random " + shape, dtype, out);
  }

  /** A vocabulary of the right size in which every text can be written. */
  static TokenizerData tokenizer(ModelConfig config) {
    int size = config.vocabSize();
    String[] texts = new String[size];
    Kind[] kinds = new Kind[size];
    float[] scores = new float[size];
    for (int id = 0; id < size; id++) {
      boolean isByte = id >= 3 && id < SPACE;
      // The space has a piece of its own: as three bytes it would not turn back into a space.
      texts[id] = isByte ? "<0x%02X>".formatted(id - 3) : id == SPACE ? "\u2581" : "\u2581w" + id;
      kinds[id] = isByte ? Kind.BYTE : Kind.NORMAL;
      scores[id] = -id;
    }
    String[] special = {"<unk>", "<s>", "</s>"};
    for (int id = 0; id < Math.min(size, special.length); id++) {
      texts[id] = special[id];
      kinds[id] = id == 0 ? Kind.UNKNOWN : Kind.CONTROL;
    }
    config
        .maskTokenId()
        .ifPresent(id -> {
          texts[id] = "<mask>";
          kinds[id] = Kind.CONTROL;
        });
    return new TokenizerData.SentencePiece(
        new Common(
            texts,
            kinds,
            OptionalInt.of(Math.min(1, size - 1)),
            OptionalInt.of(Math.min(2, size - 1)),
            OptionalInt.of(0),
            true,
            false,
            Optional.empty()),
        scores,
        true);
  }

  /** Values that keep the activations' size from layer to layer. */
  private record RandomWeights(ModelConfig config, Map<String, int[]> shapes, long seed)
      implements WeightSource {

    RandomWeights(ModelConfig config, long seed) {
      this(config, CanonicalShapes.of(config), seed);
    }

    @Override
    public String name() {
      return "random " + config.architecture();
    }

    @Override
    public Set<String> names() {
      Set<String> names = new TreeSet<>(shapes.keySet());
      names.removeIf(name -> name.endsWith(".bias") && !hasBias(name));
      return names;
    }

    private boolean hasBias(String name) {
      boolean query = name.matches(".*self_attn\\.[qkv]_proj\\.bias");
      return config.architecture().equals("gpt2")
          ? !name.equals("lm_head.bias")
          : query && QUERY_BIASES.contains(config.architecture());
    }

    @Override
    public Optional<Tensor> find(String name) {
      return names().contains(name) ? Optional.of(make(name)) : Optional.empty();
    }

    private Tensor make(String name) {
      int[] shape = shapes.get(name);
      Tensor tensor = Tensor.zeros(DType.F32, shape);
      float[] values = tensor.floats();
      int columns = tensor.columns();
      boolean vector = shape.length == 1;
      boolean norm = vector && name.endsWith(".weight");
      double deviation = vector ? 0.02 : name.contains("embed") ? 0.05 : 1 / Math.sqrt(columns);
      float scale = (float) (deviation * Math.sqrt(3) / (1 << 23));
      long stream = mix(seed ^ mix(name.hashCode()));
      IntStream.range(0, tensor.rows())
          .parallel()
          .forEach(row -> {
            for (int i = row * columns; i < (row + 1) * columns; i++) {
              int bits = (int) (mix(stream + i) >> 40);
              values[i] = (norm ? 1 : 0) + bits * scale;
            }
          });
      return tensor;
    }

    /** A bijection whose outputs look independent (SplitMix64). */
    private static long mix(long z) {
      long a = (z + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
      long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
      return b ^ (b >>> 31);
    }
  }
}
