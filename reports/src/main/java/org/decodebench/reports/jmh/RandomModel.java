package org.decodebench.reports.jmh;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.ByteTokenizer;

/**
 * A Llama of any size with seeded random weights: as fast as a trained one of its shape, and here
 * without a download. Tensors are made when they are asked for, so that none is held twice.
 *
 * @param config shape
 * @param type of the matrices
 */
record RandomModel(ModelConfig config, DType type) implements WeightSource {

  /** The shape of a name: {@code 15m}, {@code 110m} (llama2.c) or {@code 1.1b} (TinyLlama). */
  static LanguageModel load(String shape, DType type, RuntimeOptions options) {
    ModelConfig config =
        switch (shape) {
          case "15m" -> llama(32000, 288, 6, 6, 6, 48, 768, true);
          case "110m" -> llama(32000, 768, 12, 12, 12, 64, 2048, true);
          case "1.1b" -> llama(32000, 2048, 22, 32, 4, 64, 5632, false);
          default -> throw new IllegalArgumentException("shape " + shape);
        };
    WeightSource weights = new RandomModel(config, type);
    return options.backend() == RuntimeOptions.Backend.TORNADO
        ? BackendProvider.of(options.backend())
            .open("random " + shape, weights, new ByteTokenizer(), options)
        : new CpuTransformer("random " + shape, weights, new ByteTokenizer(), options);
  }

  private static ModelConfig llama(
      int vocab, int hidden, int layers, int heads, int kvHeads, int head, int mlp, boolean tied) {
    return new ModelConfig(
        "llama",
        vocab,
        hidden,
        layers,
        heads,
        kvHeads,
        head,
        mlp,
        2048,
        ModelConfig.Norm.RMS,
        1e-5f,
        new ModelConfig.Positions.Rope(10000, head, new ModelConfig.RopeScaling.None()),
        ModelConfig.Mlp.SWIGLU,
        false,
        tied,
        0,
        ModelConfig.Paradigm.ANY,
        OptionalInt.empty(),
        1,
        0);
  }

  @Override
  public String name() {
    return "random weights";
  }

  @Override
  public Set<String> names() {
    return Set.of();
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.empty();
  }

  @Override
  public Tensor get(String name, int... shape) {
    Random random = new Random(name.hashCode());
    int columns = shape[shape.length - 1];
    float[] values = new float[shape.length == 1 ? columns : Math.multiplyExact(shape[0], columns)];
    if (shape.length == 1) {
      java.util.Arrays.fill(values, 1);
      return Tensor.of(values, shape);
    }
    // Uniform, of the variance that keeps activations at their size.
    float scale = (float) Math.sqrt(3.0 / columns);
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * (2 * random.nextFloat() - 1);
    }
    return Conversion.to(type, Tensor.of(values, shape));
  }
}
