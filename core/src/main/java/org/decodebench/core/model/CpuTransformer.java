package org.decodebench.core.model;

import org.decodebench.core.UsageException;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * The one transformer that runs all families, on the CPU. What differs between them is in the
 * {@link ModelConfig}; how the arithmetic is done, in the {@link Kernels}.
 */
public final class CpuTransformer implements LanguageModel {
  private final String name;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final Kernels kernels;
  private final ThreadPool pool;
  private final Weights weights;
  private final RopeTable rope;

  /**
   * Loads the weights; the source may be closed afterwards.
   *
   * @throws UsageException if a tensor is missing or has another shape than the configuration says
   */
  public CpuTransformer(
      String name, WeightSource source, Tokenizer tokenizer, RuntimeOptions options) {
    this.name = name;
    this.config = source.config();
    this.tokenizer = tokenizer;
    this.kernels = KernelsProvider.choose(options.backend());
    this.pool = ThreadPool.of(options.threads());
    check();
    this.weights = Weights.load(source, kernels);
    this.rope =
        config.positions() instanceof ModelConfig.Positions.Rope rotary
            ? new RopeTable(rotary)
            : null;
  }

  private void check() {
    if (config.kvHeads() < 1 || config.heads() % config.kvHeads() != 0) {
      throw bad("%d heads are no multiple of %d key/value heads", config.heads(), config.kvHeads());
    }
    if (config.positions() instanceof ModelConfig.Positions.Rope rope
        && (rope.rotary() % 2 != 0 || rope.rotary() < 2 || rope.rotary() > config.headSize())) {
      throw bad("%d rotary components in heads of %d", rope.rotary(), config.headSize());
    }
    if (tokenizer.vocabSize() > config.vocabSize()) {
      throw bad(
          "the tokenizer has %d tokens, the model %d", tokenizer.vocabSize(), config.vocabSize());
    }
  }

  private UsageException bad(String format, Object... args) {
    return new UsageException(name + ": " + format.formatted(args));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public ForwardCost cost() {
    return new TransformerCost(config, weights);
  }

  /** Which kernels compute, as they name themselves. */
  public String kernels() {
    return kernels.name();
  }

  /** Threads that a forward may use. */
  public int threads() {
    return pool.threads();
  }

  @Override
  public Session open(int capacity, int width) {
    if (capacity < 1 || capacity > config.contextLength()) {
      throw new IllegalArgumentException(
          "capacity %d; the context has %d positions".formatted(capacity, config.contextLength()));
    }
    if (width < 1) {
      throw new IllegalArgumentException("width " + width);
    }
    float[] angles = rope == null ? null : rope.upTo(capacity);
    return new TransformerSession(
        new Forward(config, weights, kernels, pool, angles), config, capacity, width);
  }
}
