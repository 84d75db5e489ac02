package org.decodebench.training;

import java.nio.file.Path;

/**
 * A training run of heads that draft from the hidden states of a frozen model.
 *
 * @param kind Medusa's or EAGLE's
 * @param target reference of the frozen model
 * @param count number of Medusa heads
 * @param shape of EAGLE's layer; its hidden size is the target's
 * @param canvas positions, the begin token included
 * @param tokens canvas tokens to see
 * @param batch canvases a step
 */
record HeadsConfig(
    String name,
    Kind kind,
    String target,
    int count,
    LayerShape shape,
    String source,
    int canvas,
    long tokens,
    int batch,
    TrainConfig.Optimizer optimizer,
    long seed,
    int threads,
    Path output) {

  enum Kind {
    MEDUSA,
    EAGLE
  }

  /** Sizes of a layer. */
  record LayerShape(int heads, int kvHeads, int headSize, int mlp) {}

  long steps() {
    long perStep = (long) batch * canvas;
    return (tokens + perStep - 1) / perStep;
  }

  Schedule schedule() {
    return new Schedule(
        optimizer.rate(),
        Math.max(1, Math.round(optimizer.warmup() * steps())),
        steps(),
        optimizer.last());
  }
}
