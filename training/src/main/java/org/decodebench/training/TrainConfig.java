package org.decodebench.training;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;

/**
 * A training run. Everything but {@code name}, {@code paradigm}, {@code block}, {@code init} and
 * {@code output} must agree between models that are to be compared.
 *
 * @param name of the model
 * @param paradigm which objective
 * @param block block size of block diffusion, else 0
 * @param init model whose weights the network starts from (how Dream, SDAR and Fast-dLLM v2 came
 *     from autoregressive models), else fresh ones
 * @param data where canvases come from
 * @param shape of the network
 * @param tokens canvas tokens to see
 * @param batch canvases a step
 * @param crop share of steps whose canvases are cut to a random shorter length
 * @param seed of the first weights, the data and the noise
 * @param threads of PyTorch
 * @param output the model's folder
 */
record TrainConfig(
    String name,
    Paradigm paradigm,
    int block,
    Optional<String> init,
    Data data,
    NetworkShape shape,
    long tokens,
    int batch,
    double crop,
    Optimizer optimizer,
    long seed,
    int threads,
    Path output) {

  /**
   * One of a source's name and a text file.
   *
   * @param canvas positions, the begin token included
   */
  record Data(Optional<String> source, Optional<Path> text, int canvas) {
    String description() {
      return source
          .map(s -> "source " + s)
          .orElseGet(() -> "text " + text.orElseThrow().getFileName());
    }
  }

  /** Sizes of the network; the vocabulary comes with the data. */
  record NetworkShape(int hidden, int layers, int heads, int kvHeads, int headSize, int mlp) {}

  /**
   * AdamW and its schedule.
   *
   * @param warmup share of the steps
   * @param last share of the peak rate at the end
   * @param clip largest norm of the gradient
   */
  record Optimizer(
      double rate,
      double warmup,
      double last,
      double weightDecay,
      double beta1,
      double beta2,
      double clip) {}

  /** The same run on another text. */
  TrainConfig withText(Path file) {
    Data other = new Data(Optional.empty(), Optional.of(file), data.canvas);
    return new TrainConfig(
        name, paradigm, block, init, other, shape, tokens, batch, crop, optimizer, seed, threads,
        output);
  }

  long steps() {
    long perStep = (long) batch * data.canvas();
    return (tokens + perStep - 1) / perStep;
  }

  Schedule schedule() {
    return new Schedule(
        optimizer.rate,
        Math.max(1, Math.round(optimizer.warmup * steps())),
        steps(),
        optimizer.last);
  }

  Objective objective(int vocabSize, int maskToken) {
    return switch (paradigm) {
      case AUTOREGRESSIVE -> new Objective.NextToken();
      case MASKED_DIFFUSION -> new Objective.MaskedDiffusion(maskToken);
      case BLOCK_DIFFUSION -> new Objective.BlockDiffusion(maskToken, block);
      case UNIFORM_DIFFUSION -> new Objective.UniformDiffusion(vocabSize, maskToken);
      case ANY -> throw new IllegalStateException("no objective trains " + paradigm);
    };
  }

  ModelConfig model(int vocabSize, int maskToken) {
    return new ModelConfig(
        "llama",
        vocabSize,
        shape.hidden,
        shape.layers,
        shape.heads,
        shape.kvHeads,
        shape.headSize,
        shape.mlp,
        data.canvas,
        ModelConfig.Norm.RMS,
        1e-5f,
        new ModelConfig.Positions.Rope(10_000, shape.headSize, new ModelConfig.RopeScaling.None()),
        ModelConfig.Mlp.SWIGLU,
        false,
        true,
        0,
        paradigm,
        paradigm == Paradigm.AUTOREGRESSIVE ? OptionalInt.empty() : OptionalInt.of(maskToken),
        paradigm == Paradigm.AUTOREGRESSIVE ? 1 : 0,
        block);
  }
}
