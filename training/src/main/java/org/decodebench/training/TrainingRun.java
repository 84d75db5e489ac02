package org.decodebench.training;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.WordTokenizer;

/** A training run from its configuration to the model's folder. */
final class TrainingRun {
  private static final int LOG_EVERY = 50;
  private static final int CHECKPOINT_EVERY = 500;
  private static final int CHECK_CANVASES = 128;
  private static final int FINAL_CANVASES = 1024;

  private final TrainConfig config;
  private final boolean restart;
  private final DType dtype;
  private final Source source;
  private final CanvasData data;
  private final String commit = SourceCommit.find();

  TrainingRun(TrainConfig config, boolean restart, DType dtype) {
    this.config = config;
    this.restart = restart;
    this.dtype = dtype;
    this.source = config.data().source().map(Sources::byName).orElse(null);
    this.data = source != null ? ofSource(source) : ofText(config.data().text().orElseThrow());
  }

  private CanvasData ofSource(Source source) {
    return new CanvasData.OfSource(source, WordTokenizer.MASK, config.seed());
  }

  private CanvasData ofText(Path file) {
    byte[] text;
    try {
      text = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UsageException("cannot read text " + file + ": " + e.getMessage(), e);
    }
    if (text.length / 10 < config.data().canvas()) {
      throw new UsageException(
          "%s: %d bytes are too few for a canvas of %d: its last tenth is held out"
              .formatted(file, text.length, config.data().canvas()));
    }
    return new CanvasData.OfBytes(text, config.seed());
  }

  /**
   * Trains to the end and writes the model.
   *
   * @return the card, or nothing if the run was stopped before its end; its checkpoint then has the
   *     last step
   */
  Optional<ModelCard> run(StopSignal stop) throws IOException {
    Path folder = config.output();
    Files.createDirectories(folder);
    Checkpoint checkpoint = new Checkpoint(folder.resolve("checkpoint.bin"), settings());
    try (NDManager manager = Torch.open(config.threads());
        Trainer trainer = new Trainer(manager, config, data)) {
      if (restart) {
        checkpoint.delete();
      } else if (checkpoint.exists()) {
        checkpoint.load(trainer);
      }
      try (TrainingLog log = new TrainingLog(folder.resolve("training.csv"), trainer.step());
          Progress progress = new Progress(config.name(), trainer.step(), config.steps())) {
        train(trainer, checkpoint, log, progress, stop);
        return trainer.step() < config.steps()
            ? Optional.empty()
            : Optional.of(export(trainer, log));
      }
    }
  }

  private void train(
      Trainer trainer, Checkpoint checkpoint, TrainingLog log, Progress progress, StopSignal stop)
      throws IOException {
    double sum = 0;
    int steps = 0;
    boolean stopping = false;
    while (trainer.step() < config.steps() && !stopping) {
      Trainer.Report report = trainer.train();
      stopping = stop.requested();
      sum += report.nll();
      steps++;
      progress.step(report.step(), sum / steps);
      boolean end = report.step() == config.steps() || stopping;
      if (report.step() % LOG_EVERY == 0 || end) {
        boolean check = report.step() % CHECKPOINT_EVERY == 0 || end;
        double heldOut = check && !stopping ? trainer.heldOut(CHECK_CANVASES, 1) : Double.NaN;
        log.row(report, sum / steps, heldOut);
        if (check) {
          checkpoint.save(trainer);
        }
        sum = 0;
        steps = 0;
      }
    }
  }

  private ModelCard export(Trainer trainer, TrainingLog log) throws IOException {
    var model = trainer.network().config();
    Map<String, Tensor> tensors =
        HuggingFaceWeights.tensors(model, trainer.network().values(), dtype);
    // What is stored is what is judged: the rounded weights.
    HuggingFaceWeights.parameters(model, tensors)
        .forEach(
            (name, values) -> Network.assign(trainer.network().parameters().get(name), values));
    int draws = model.paradigm() == Paradigm.AUTOREGRESSIVE ? 1 : 4;
    ModelCard card =
        new ModelCard(
            config,
            commit,
            model,
            dtype.name(),
            ParameterShapes.count(model),
            trainer.step(),
            trainer.tokens(),
            log.meanAfter(config.steps() * 9 / 10),
            trainer.heldOut(FINAL_CANVASES, draws),
            FINAL_CANVASES,
            source == null ? Double.NaN : source.entropyRate(),
            log.elapsedSeconds());
    ModelFolder.write(
        config.output(),
        model,
        data.maskToken(),
        source == null ? "bytes" : source.name(),
        tensors,
        card.markdown());
    return card;
  }

  /** What decides the numbers of a run: all but threads and the output's place. */
  private String settings() {
    return String.join(
        "|",
        config.name(),
        config.paradigm().name(),
        Integer.toString(config.block()),
        config.init().orElse(""),
        config.data().toString(),
        config.shape().toString(),
        Long.toString(config.tokens()),
        Integer.toString(config.batch()),
        Double.toString(config.crop()),
        config.optimizer().toString(),
        Long.toString(config.seed()));
  }
}
