package org.decodebench.core.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;

/** Configurations of published models, to be filled with random weights. */
final class Shapes {
  private static final Map<String, ModelConfig> NAMED = new LinkedHashMap<>();

  static {
    RopeScaling none = new RopeScaling.None();
    named("15m", "llama", 32000, 288, 6, 6, 6, 48, 768, 256, 1e-5f, 1e4, none, false, true);
    named(
        "smollm2-135m",
        "llama",
        49152,
        576,
        30,
        9,
        3,
        64,
        1536,
        8192,
        1e-5f,
        1e5,
        none,
        false,
        true);
    named(
        "qwen3-0.6b",
        "qwen3",
        151936,
        1024,
        28,
        16,
        8,
        128,
        3072,
        40960,
        1e-6f,
        1e6,
        none,
        true,
        true);
    named(
        "tinyllama-1.1b",
        "llama",
        32000,
        2048,
        22,
        32,
        4,
        64,
        5632,
        2048,
        1e-5f,
        1e4,
        none,
        false,
        false);
    named(
        "llama-3.2-1b",
        "llama",
        128256,
        2048,
        16,
        32,
        8,
        64,
        8192,
        131072,
        1e-5f,
        5e5,
        new RopeScaling.Llama3(32, 1, 4, 8192),
        false,
        true);
  }

  private Shapes() {}

  private static void named(
      String name,
      String architecture,
      int vocab,
      int hidden,
      int layers,
      int heads,
      int kvHeads,
      int headSize,
      int mlp,
      int context,
      float epsilon,
      double theta,
      RopeScaling scaling,
      boolean qkNorm,
      boolean tied) {
    NAMED.put(
        name,
        new ModelConfig(
            architecture,
            vocab,
            hidden,
            layers,
            heads,
            kvHeads,
            headSize,
            mlp,
            context,
            Norm.RMS,
            epsilon,
            new Positions.Rope(theta, headSize, scaling),
            Mlp.SWIGLU,
            qkNorm,
            tied,
            0,
            Paradigm.AUTOREGRESSIVE,
            OptionalInt.empty(),
            1,
            0));
  }

  /**
   * @param shape one of the names, or a config.json
   * @throws UsageException if it is neither
   */
  static ModelConfig of(String shape) {
    ModelConfig named = NAMED.get(shape.toLowerCase(java.util.Locale.ROOT));
    if (named != null) {
      return named;
    }
    if (!shape.endsWith(".json") || !Files.isRegularFile(Path.of(shape))) {
      throw new UsageException(
          "no shape '%s'; there are: %s; or give a config.json"
              .formatted(shape, String.join(", ", NAMED.keySet())));
    }
    return HuggingFaceConfig.read(shape, JsonFile.object(Path.of(shape)), OptionalInt.empty());
  }

  /** The same shape as if it had been trained to do something else; the last token is the mask. */
  static ModelConfig trained(ModelConfig c, Paradigm paradigm, int block) {
    boolean diffusion = paradigm != Paradigm.AUTOREGRESSIVE;
    return new ModelConfig(
        c.architecture(),
        c.vocabSize(),
        c.hiddenSize(),
        c.layers(),
        c.heads(),
        c.kvHeads(),
        c.headSize(),
        c.mlpSize(),
        c.contextLength(),
        c.norm(),
        c.normEpsilon(),
        c.positions(),
        c.mlp(),
        c.qkNorm(),
        c.tiedEmbeddings(),
        c.slidingWindow(),
        paradigm,
        diffusion ? OptionalInt.of(c.vocabSize() - 1) : OptionalInt.empty(),
        diffusion ? 0 : 1,
        paradigm == Paradigm.BLOCK_DIFFUSION ? block : 0);
  }
}
