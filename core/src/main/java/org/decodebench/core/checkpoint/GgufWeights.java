package org.decodebench.core.checkpoint;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Tensor;

/**
 * The weights of a GGUF file under canonical names. Tensors stay in the mapping, except queries and
 * keys whose rows have to be put in order, which are copied as they are asked for.
 */
final class GgufWeights implements WeightSource {
  private final GgufFile file;
  private final ModelConfig config;
  private final GgufArchitecture architecture;
  private final Set<String> names = new LinkedHashSet<>();

  /**
   * Takes over the file and closes it when this is closed.
   *
   * @throws UsageException if it holds something that is not supported
   */
  GgufWeights(GgufFile file) {
    this.file = file;
    this.architecture = GgufConfig.architecture(file.metadata());
    checkWhole();
    this.config = GgufConfig.of(file);
    for (String gguf : file.tensors().keySet()) {
      addCanonical(gguf);
    }
  }

  private void checkWhole() {
    int parts = file.metadata().integer("split.count", 0, 1 << 16).orElse(0);
    if (parts > 1) {
      throw new UsageException(
          "%s: is one of %d parts; join them with llama-gguf-split --merge"
              .formatted(file.path(), parts));
    }
  }

  private void addCanonical(String gguf) {
    if (gguf.equals(RopeFactors.TENSOR)) {
      return;
    }
    if (GgufNames.layer(gguf) >= config.layers()) {
      throw new UsageException(
          "%s: tensor %s is beyond the %d layers of the configuration"
              .formatted(file.path(), Quoted.of(gguf), config.layers()));
    }
    if (gguf.contains("." + GgufNames.FUSED + ".")) {
      for (String part : new String[] {"attn_q", "attn_k", "attn_v"}) {
        names.add(GgufNames.toCanonical(gguf.replace(GgufNames.FUSED, part)).orElseThrow());
      }
      return;
    }
    names.add(
        GgufNames.toCanonical(gguf)
            .orElseThrow(() ->
                new UsageException(
                    "%s: tensor %s is not known to architecture %s"
                        .formatted(file.path(), Quoted.of(gguf), architecture.name))));
  }

  @Override
  public String name() {
    return file.path().toString();
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return names;
  }

  @Override
  public Optional<Tensor> find(String name) {
    if (!names.contains(name)) {
      return Optional.empty();
    }
    String gguf = GgufNames.toGguf(name).orElseThrow();
    Tensor tensor = file.tensor(gguf).orElseGet(() -> unfused(name, gguf));
    boolean query = name.contains("q_proj");
    boolean turned = query || name.contains("k_proj");
    if (!turned || architecture.rotary != GgufArchitecture.Rotary.NEIGHBOURS) {
      return Optional.of(tensor);
    }
    checkRows(gguf, tensor, query ? config.querySize() : config.kvSize());
    int rotary = ((Positions.Rope) config.positions()).rotary();
    return Optional.of(RowOrder.neighboursToHalves(tensor, config.headSize(), rotary));
  }

  /** Rows of queries, then keys, then values. */
  private Tensor unfused(String name, String gguf) {
    int q = config.querySize();
    int kv = config.kvSize();
    int first = name.contains("q_proj") ? 0 : name.contains("k_proj") ? q : q + kv;
    String fusedName = gguf.replaceFirst("attn_[qkv]\\.", GgufNames.FUSED + ".");
    Tensor fused = file.tensor(fusedName).orElseThrow();
    checkRows(fusedName, fused, q + 2 * kv);
    return RowOrder.slice(fused, first, name.contains("q_proj") ? q : kv);
  }

  private void checkRows(String gguf, Tensor tensor, int rows) {
    if (tensor.shape()[0] != rows) {
      throw new UsageException(
          "%s: tensor %s has %d rows where the configuration needs %d"
              .formatted(file.path(), Quoted.of(gguf), tensor.shape()[0], rows));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
