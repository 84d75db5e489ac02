package org.decodebench.core.model;

import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.tensor.DType;
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
  private final DType cacheType;

  /**
   * Loads the weights; the source may be closed afterwards.
   *
   * @throws org.decodebench.core.UsageException if a tensor is missing or has another shape than
   *     the configuration says
   */
  public CpuTransformer(
      String name, WeightSource source, Tokenizer tokenizer, RuntimeOptions options) {
    this.name = name;
    this.config = source.config();
    this.tokenizer = tokenizer;
    this.kernels = KernelsProvider.choose(options.backend());
    this.pool = ThreadPool.of(options.threads());
    this.cacheType = options.cache();
    config.check(name, tokenizer.vocabSize());
    this.weights = Weights.load(source, kernels);
    this.rope =
        config.positions() instanceof ModelConfig.Positions.Rope rotary
            ? new RopeTable(rotary)
            : null;
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
  public int inputSize() {
    return weights.input() == null ? 0 : config.hiddenSize();
  }

  @Override
  public ForwardCost cost() {
    return TransformerCost.of(config, weights, cacheType);
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
    config.checkSession(capacity, width);
    float[] angles = rope == null ? null : rope.upTo(capacity);
    return new TransformerSession(
        new Forward(config, weights, kernels, pool, angles), this, capacity, width, cacheType);
  }
}
