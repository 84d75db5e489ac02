package org.decodebench.training;

import ai.djl.ndarray.NDManager;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * The reference runtime: the network that was trained, in PyTorch, behind the contract of a model.
 * It keeps no keys and values but evaluates all that a row may see again, so it is slow, and right
 * by construction wherever a cache is exact. (Keys that a dual cache leaves stale, 2505.22618, it
 * computes fresh.)
 */
public final class TorchModel implements LanguageModel {
  private final String name;
  private final Tokenizer tokenizer;
  private final NDManager manager;
  private final Network network;

  /**
   * @throws UsageException if the model is not of the shape that this module trains
   */
  public TorchModel(String name, WeightSource source, Tokenizer tokenizer, int threads) {
    this.name = name;
    this.tokenizer = tokenizer;
    StoredWeights weights = StoredWeights.of(name, source);
    manager = Torch.open(threads);
    network = Network.of(manager, weights.config(), weights.parameters());
  }

  static void check(String name, ModelConfig c) {
    boolean known =
        c.norm() == ModelConfig.Norm.RMS
            && c.mlp() == ModelConfig.Mlp.SWIGLU
            && c.tiedEmbeddings()
            && !c.qkNorm()
            && c.slidingWindow() == 0
            && c.positions() instanceof ModelConfig.Positions.Rope rope
            && rope.rotary() == c.headSize()
            && rope.scaling() instanceof ModelConfig.RopeScaling.None;
    if (!known) {
      throw new UsageException(
          name
              + ": the PyTorch reference runs models as `train` makes them (RMSNorm, plain RoPE,"
              + " SwiGLU, tied embeddings); use the CPU runtime");
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return network.config();
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public Session open(int capacity, int width) {
    return new TorchSession(network, capacity, width);
  }

  @Override
  public void close() {
    network.close();
    manager.close();
  }
}
