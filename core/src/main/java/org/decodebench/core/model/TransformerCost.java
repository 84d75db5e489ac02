package org.decodebench.core.model;

import java.util.List;
import org.decodebench.core.tensor.DType;

/**
 * What a forward of the transformer must read and compute, from shapes and stored types.
 *
 * @param layerBytes of all layers' weights
 * @param embeddingRowBytes of one row of the embedding
 * @param headBytes of the output projection and the norm before it
 * @param cacheType of keys and values
 */
public record TransformerCost(
    ModelConfig config, long layerBytes, long embeddingRowBytes, long headBytes, DType cacheType)
    implements ForwardCost {

  static TransformerCost of(ModelConfig config, Weights weights, DType cacheType) {
    long layers = 0;
    for (Weights.Layer layer : weights.layers()) {
      layers += layer.bytes();
    }
    return new TransformerCost(
        config,
        layers + (weights.input() == null ? 0 : weights.input().bytes()),
        weights.embedding().type().bytes(config.hiddenSize()),
        weights.head().bytes() + weights.norm().bytes(),
        cacheType);
  }

  /** Weights of the layers that take part in a product for every position. */
  private long products() {
    long attention = 2L * config.hiddenSize() * (config.querySize() + config.kvSize());
    long matrices = config.mlp() == ModelConfig.Mlp.SWIGLU ? 3 : 2;
    return config.layers() * (attention + matrices * config.hiddenSize() * config.mlpSize());
  }

  @Override
  public long bytes(List<Run> runs) {
    long bytes = layerBytes;
    long positions = 0;
    long rows = 0;
    int before = -1;
    for (Run run : runs) {
      positions += run.tokens().length;
      rows += run.rows().length;
      // Stretches of one canvas read the same keys.
      long keys = run.sequence() == before ? 0 : keysRead(run);
      bytes += keys * config.layers() * 2L * cacheBytes();
      before = run.sequence();
    }
    bytes += positions * embeddingRowBytes;
    return rows == 0 ? bytes : bytes + headBytes;
  }

  @Override
  public long flops(List<Run> runs) {
    long products = products();
    long flops = 0;
    for (Run run : runs) {
      flops += 2 * products * run.tokens().length;
      flops += 2L * config.vocabSize() * config.hiddenSize() * run.rows().length;
      long seen = 0;
      for (int i = 0; i < run.tokens().length; i++) {
        seen += seen(run, run.first() + i);
      }
      // A product with the key and one with the value, for every query head.
      flops += 4L * seen * config.querySize() * config.layers();
    }
    return flops;
  }

  /** Of the keys, or the values, of a position in a layer. */
  private long cacheBytes() {
    int head = Math.ceilDiv(config.headSize(), cacheType.blockSize()) * cacheType.blockSize();
    return config.kvHeads() * cacheType.bytes(head);
  }

  private long seen(Run run, int slot) {
    long seen =
        run.attention() instanceof Attention.Tree tree
            ? tree.prefix() + tree.depth(slot - tree.prefix()) + 1
            : run.attention().visible(slot);
    return isWindowed(run) ? Math.min(seen, config.slidingWindow()) : seen;
  }

  /** Distinct keys that the rows of a run see. */
  private long keysRead(Run run) {
    if (run.tokens().length == 0) {
      return 0;
    }
    int end = run.attention().visible(run.end() - 1);
    int start = isWindowed(run) ? Math.max(0, run.first() + 1 - config.slidingWindow()) : 0;
    return end - Math.min(start, end);
  }

  private boolean isWindowed(Run run) {
    return config.slidingWindow() > 0
        && (run.attention() instanceof Attention.Causal
            || run.attention() instanceof Attention.Tree);
  }
}
