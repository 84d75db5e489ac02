package org.decodebench.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * Trains heads on a frozen model, in one go: heads take minutes, so there is no checkpoint to
 * continue from.
 */
final class HeadsRun {
  private static final long NOISE = 0x6865616473L;
  private static final int HELD_OUT_CANVASES = 256;

  private final HeadsConfig config;
  private final CanvasData data;

  /**
   * @param nll nats of the data's tokens, by depth of the draft
   * @param correct share of the most probable tokens that are right, by depth
   */
  record Result(double[] nll, double[] correct) {}

  HeadsRun(HeadsConfig config) {
    this.config = config;
    Source source = Sources.byName(config.source());
    data = new CanvasData.OfSource(source, WordTokenizer.MASK, config.seed());
  }

  /** Trains and writes the folder; nothing is written if the run is stopped. */
  Result run(StopSignal stop) throws IOException {
    try (NDManager manager = Torch.open(config.threads());
        Network target = target(manager);
        Heads heads =
            config.kind() == HeadsConfig.Kind.MEDUSA
                ? new MedusaHeads(target, config.count())
                : new EagleHead(target, config.shape(), config.seed())) {
      if (!train(manager, target, heads, stop)) {
        return null;
      }
      round(heads);
      Result result = heldOut(manager, target, heads);
      HeadsFolder.write(config, heads, result);
      return result;
    }
  }

  private Network target(NDManager manager) {
    StoredWeights stored = StoredWeights.read(config.target());
    ModelConfig model = stored.config();
    if (model.contextLength() < config.canvas() || model.vocabSize() != data.vocabSize()) {
      throw new UsageException(
          "target %s has %d positions and %d tokens; the data need %d and %d"
              .formatted(
                  config.target(),
                  model.contextLength(),
                  model.vocabSize(),
                  config.canvas(),
                  data.vocabSize()));
    }
    return Network.of(manager, model, stored.parameters());
  }

  private boolean train(NDManager manager, Network target, Heads heads, StopSignal stop) {
    heads.parameters().values().forEach(p -> p.setRequiresGradient(true));
    AdamW optimizer = new AdamW(manager, heads.parameters(), config.optimizer());
    Schedule schedule = config.schedule();
    double mean = 0;
    try (Progress progress = new Progress(config.name(), 0, config.steps())) {
      for (long step = 1; step <= config.steps(); step++) {
        double loss = step(manager, target, heads, step);
        optimizer.step(step, schedule.rate(step));
        mean += (loss - mean) / Math.min(step, 50);
        progress.step(step, mean);
        if (stop.requested()) {
          return false;
        }
      }
    }
    return true;
  }

  private double step(NDManager manager, Network target, Heads heads, long step) {
    Canvas[] canvases = new Canvas[config.batch()];
    for (int b = 0; b < canvases.length; b++) {
      canvases[b] = data.training((step - 1) * config.batch() + b, config.canvas());
    }
    try (NDManager scratch = manager.newSubManager()) {
      NDArray hidden = hidden(scratch, target, canvases);
      try (GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
        Heads.Outcome outcome =
            heads.outcome(scratch, canvases, hidden, new RandomStream(config.seed() ^ NOISE, step));
        gradients.backward(outcome.loss());
        return outcome.loss().getFloat();
      }
    }
  }

  private static NDArray hidden(NDManager scratch, Network target, Canvas[] canvases) {
    int width = canvases[0].length();
    int[] flat = Arrays.stream(canvases).flatMapToInt(c -> Arrays.stream(c.tokens())).toArray();
    float[] mask = AttentionMask.additive(AttentionMask.of(Attention.CAUSAL, width));
    return target.hidden(
        scratch.create(flat, new Shape(canvases.length, width)),
        LossRows.iota(width),
        scratch.create(mask, new Shape(width, width)));
  }

  /** What is stored is what is judged: the parameters as BF16. */
  private static void round(Heads heads) {
    heads
        .parameters()
        .forEach((name, array) -> {
          float[] values = array.toFloatArray();
          for (int i = 0; i < values.length; i++) {
            values[i] = rounded(values[i]);
          }
          Network.assign(array, values);
        });
  }

  private static float rounded(float x) {
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
  }

  private Result heldOut(NDManager manager, Network target, Heads heads) {
    double[] nll = {};
    double[] correct = {};
    int batches = Math.max(1, HELD_OUT_CANVASES / config.batch());
    for (int n = 0; n < batches; n++) {
      Canvas[] canvases = new Canvas[config.batch()];
      for (int b = 0; b < canvases.length; b++) {
        canvases[b] = data.heldOut((long) n * config.batch() + b, config.canvas());
      }
      try (NDManager scratch = manager.newSubManager()) {
        Heads.Outcome outcome =
            heads.outcome(scratch, canvases, hidden(scratch, target, canvases), null);
        nll = nll.length == 0 ? new double[outcome.nll().length] : nll;
        correct = correct.length == 0 ? new double[outcome.nll().length] : correct;
        for (int k = 0; k < nll.length; k++) {
          nll[k] += outcome.nll()[k] / batches;
          correct[k] += outcome.correct()[k] / batches;
        }
      }
    }
    System.err.printf(Locale.ROOT, "%s: held-out %s%n", config.name(), Arrays.toString(correct));
    return new Result(nll, correct);
  }
}
