package org.decodebench.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;

/** One network, its objective, data and optimiser; a step at a time. */
final class Trainer implements AutoCloseable {
  private static final long NOISE = 0x6e6f697365L;
  private static final long HELD_OUT_NOISE = 0x68656c64L;
  private static final int HELD_OUT_BATCH = 32;

  private final TrainConfig config;
  private final CanvasData data;
  private final Objective objective;
  private final Schedule schedule;
  private final Network network;
  private final AdamW optimizer;
  private long step;
  private long tokens;

  /**
   * What a step did.
   *
   * @param nll nats a text token, in expectation the negative log-likelihood or its bound
   * @param gradientNorm before clipping
   */
  record Report(long step, long tokens, double nll, double rate, double gradientNorm) {}

  Trainer(NDManager manager, TrainConfig config, CanvasData data) {
    this.config = config;
    this.data = data;
    this.objective = config.objective(data.vocabSize(), data.maskToken());
    this.schedule = config.schedule();
    var model = config.model(data.vocabSize(), data.maskToken());
    this.network =
        Network.of(
            manager,
            model,
            config
                .init()
                .map(from -> StoredWeights.read(from).of(model))
                .orElseGet(() -> ParameterShapes.initial(model, config.seed())));
    network.parameters().values().forEach(p -> p.setRequiresGradient(true));
    this.optimizer = new AdamW(network, config.optimizer());
  }

  Network network() {
    return network;
  }

  AdamW optimizer() {
    return optimizer;
  }

  long step() {
    return step;
  }

  long tokens() {
    return tokens;
  }

  /** Continues after a step that a checkpoint recorded. */
  void resumeAt(long step, long tokens) {
    this.step = step;
    this.tokens = tokens;
  }

  /** A training step; everything random in it is a function of the seed and the step. */
  Report train() {
    RandomStream noise = new RandomStream(config.seed() ^ NOISE, step);
    Batch batch = objective.batch(canvases(noise), noise);
    double loss;
    try (NDManager scratch = network.manager().newSubManager();
        GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray sum = loss(network, scratch, batch);
      gradients.backward(sum.div(scratch.create((float) divisor(batch))));
      loss = sum.getFloat();
    }
    step++;
    tokens += batch.canvasTokens();
    double rate = schedule.rate(step);
    double norm = optimizer.step(step, rate);
    return new Report(step, tokens, loss / batch.textTokens(), rate, norm);
  }

  /**
   * Positions that carry loss, as of a step that is not cut: a token weighs the same in a short
   * canvas as in a whole one.
   */
  private double divisor(Batch batch) {
    double whole = (double) config.batch() * config.data().canvas();
    return batch.carriers() * whole / batch.canvasTokens();
  }

  private Canvas[] canvases(RandomStream noise) {
    int length = config.data().canvas();
    int cut = length;
    // A whole step is cut alike: canvases of one length need no padding mask.
    if (noise.uniform(-1, 1) < config.crop()) {
      cut = 2 + (int) (noise.uniform(-1, 2) * (length - 2));
    }
    Canvas[] canvases = new Canvas[config.batch()];
    for (int b = 0; b < canvases.length; b++) {
      Canvas canvas = data.training(step * config.batch() + b, length);
      canvases[b] = cut < length ? canvas.crop(cut) : canvas;
    }
    return canvases;
  }

  /** Nats a text token over {@code count} held-out canvases, {@code draws} times with new noise. */
  double heldOut(int count, int draws) {
    double nll = 0;
    long text = 0;
    int all = count * draws;
    for (int from = 0; from < all; from += HELD_OUT_BATCH) {
      Canvas[] canvases = new Canvas[Math.min(HELD_OUT_BATCH, all - from)];
      for (int b = 0; b < canvases.length; b++) {
        canvases[b] = data.heldOut((from + b) % count, config.data().canvas());
      }
      Batch batch =
          objective.batch(canvases, new RandomStream(config.seed() ^ HELD_OUT_NOISE, from));
      try (NDManager scratch = network.manager().newSubManager()) {
        nll += loss(network, scratch, batch).getFloat();
      }
      text += batch.textTokens();
    }
    return nll / text;
  }

  /** The loss of a batch, a scalar. */
  static NDArray loss(Network network, NDManager scratch, Batch batch) {
    int width = batch.positions().length;
    int[] flat = Arrays.stream(batch.tokens()).flatMapToInt(Arrays::stream).toArray();
    NDArray tokens = scratch.create(flat, new Shape(batch.tokens().length, width));
    NDArray mask = scratch.create(AttentionMask.additive(batch.seen()), new Shape(width, width));
    NDArray hidden = network.hidden(tokens, batch.positions(), mask);
    NDArray logits = network.logits(hidden, batch.rows());
    if (batch.steps().isPresent()) {
      return batch.steps().get().loss(logits, scratch, batch);
    }
    long[] targets = Arrays.stream(batch.targets()).asLongStream().toArray();
    NDArray chosen =
        logits.logSoftmax(1).gather(scratch.create(targets, new Shape(targets.length, 1)), 1);
    NDArray weights = scratch.create(batch.weights(), new Shape(targets.length, 1));
    return chosen.mul(weights).sum().neg();
  }

  @Override
  public void close() {
    network.close();
  }
}
