package org.decodebench.core.model;

import java.util.OptionalInt;
import org.decodebench.core.UsageException;

/**
 * What differs between model families, so that one transformer runs them all.
 *
 * @param architecture the family's name as its checkpoint gives it, for messages
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param layers transformer blocks
 * @param heads query heads
 * @param kvHeads key/value heads; divides {@code heads} (GQA; = heads for MHA, 1 for MQA)
 * @param headSize width of a head (not always hiddenSize / heads)
 * @param mlpSize inner width of the MLP
 * @param contextLength most positions
 * @param norm kind of normalisation
 * @param normEpsilon its epsilon
 * @param positions how positions enter
 * @param mlp kind of MLP
 * @param qkNorm RMSNorm over each query and key head (Qwen3)
 * @param tiedEmbeddings whether the output projection is the embedding
 * @param slidingWindow keys that a causal row sees back, or 0 for all
 * @param paradigm what the checkpoint was trained to do
 * @param maskTokenId the absorbing token of a diffusion model
 * @param logitShift 1 where the logits of position i predict token i+1 (AR, Dream, Fast-dLLM v2), 0
 *     where they predict token i (LLaDA, MDLM, BD3-LM, SDAR)
 * @param blockSize training block size of a block-diffusion model, else 0
 */
public record ModelConfig(
    String architecture,
    int vocabSize,
    int hiddenSize,
    int layers,
    int heads,
    int kvHeads,
    int headSize,
    int mlpSize,
    int contextLength,
    Norm norm,
    float normEpsilon,
    Positions positions,
    Mlp mlp,
    boolean qkNorm,
    boolean tiedEmbeddings,
    int slidingWindow,
    Paradigm paradigm,
    OptionalInt maskTokenId,
    int logitShift,
    int blockSize) {

  public enum Norm {
    RMS,
    LAYER
  }

  public enum Mlp {
    /** down(silu(gate(x)) * up(x)) */
    SWIGLU,
    /** down(gelu(up(x))), tanh form */
    GELU_TANH
  }

  /** What a checkpoint was trained to do; a decoder refuses what it cannot drive. */
  public enum Paradigm {
    AUTOREGRESSIVE,
    MASKED_DIFFUSION,
    BLOCK_DIFFUSION,
    /** Diffusion whose noise is random tokens, not masks (2107.03006). */
    UNIFORM_DIFFUSION,
    /** A source with exact conditionals: answers under every kind of attention. */
    ANY
  }

  /** How positions enter the network. */
  public sealed interface Positions {
    /**
     * Rotary embedding, rotate-half.
     *
     * @param theta base
     * @param rotary how many leading components of a head are rotated
     * @param scaling frequency scaling
     */
    record Rope(double theta, int rotary, RopeScaling scaling) implements Positions {}

    /** A learned table added to the token embedding. */
    record Learned() implements Positions {}

    /** None (sources). */
    record None() implements Positions {}
  }

  /** Scaling of the rotary frequencies. */
  public sealed interface RopeScaling {
    record None() implements RopeScaling {}

    /** All positions divided by {@code factor}. */
    record Linear(double factor) implements RopeScaling {}

    /** Llama 3.1: low frequencies divided, a smooth band between. */
    record Llama3(
        double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
        implements RopeScaling {}
  }

  public int querySize() {
    return heads * headSize;
  }

  public int kvSize() {
    return kvHeads * headSize;
  }

  /** The same with another number of layers. */
  public ModelConfig withLayers(int count) {
    return with(count, slidingWindow);
  }

  /** The same with another number of keys that a causal row sees back. */
  public ModelConfig withSlidingWindow(int keys) {
    return with(layers, keys);
  }

  private ModelConfig with(int layerCount, int window) {
    return new ModelConfig(
        architecture,
        vocabSize,
        hiddenSize,
        layerCount,
        heads,
        kvHeads,
        headSize,
        mlpSize,
        contextLength,
        norm,
        normEpsilon,
        positions,
        mlp,
        qkNorm,
        tiedEmbeddings,
        window,
        paradigm,
        maskTokenId,
        logitShift,
        blockSize);
  }

  /**
   * Checks what a transformer relies on.
   *
   * @param model its name, for messages
   * @param tokens size of its tokenizer's vocabulary
   * @throws UsageException if the sizes do not fit together
   */
  public void check(String model, int tokens) {
    if (kvHeads < 1 || heads % kvHeads != 0) {
      throw bad(model, "%d heads are no multiple of %d key/value heads", heads, kvHeads);
    }
    if (positions instanceof Positions.Rope rope
        && (rope.rotary() % 2 != 0 || rope.rotary() < 2 || rope.rotary() > headSize)) {
      throw bad(model, "%d rotary components in heads of %d", rope.rotary(), headSize);
    }
    if (tokens > vocabSize) {
      throw bad(model, "the tokenizer has %d tokens, the model %d", tokens, vocabSize);
    }
  }

  private static UsageException bad(String model, String format, Object... args) {
    return new UsageException(model + ": " + format.formatted(args));
  }

  /**
   * Checks the arguments of {@link LanguageModel#open}.
   *
   * @throws IllegalArgumentException if the context has fewer positions, or nothing is asked for
   */
  public void checkSession(int capacity, int width) {
    if (capacity < 1 || capacity > contextLength) {
      throw new IllegalArgumentException(
          "capacity %d; the context has %d positions".formatted(capacity, contextLength));
    }
    if (width < 1) {
      throw new IllegalArgumentException("width " + width);
    }
  }
}
