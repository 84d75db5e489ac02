package org.decodebench.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code decodebench train CONFIG.yaml}. */
@Command(
    name = "train",
    description = {
      "Train a small model: next token, masked diffusion or block diffusion; or heads that draft",
      "for a frozen model: medusa or eagle.",
      "A run that was killed continues from its last checkpoint."
    })
public final class TrainCommand implements Subcommand {
  /** What a shell reports of a process that was interrupted. */
  private static final int STOPPED = 130;

  @Parameters(
      index = "0",
      paramLabel = "CONFIG.yaml",
      description = "What to train; see training/configs.")
  private Path file;

  @Option(names = "--restart", description = "Begin anew even if there is a checkpoint.")
  private boolean restart;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "bf16",
      description = "How weights are stored: bf16 (default) or f32.")
  private String dtype;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "Train on this text instead of the configuration's data.")
  private Path text;

  @Override
  public Integer call() {
    DType type =
        switch (dtype) {
          case "bf16" -> DType.BF16;
          case "f32" -> DType.F32;
          default -> throw new UsageException("--dtype " + dtype + ": expected bf16 or f32");
        };
    if (HeadsConfigReader.isFor(file)) {
      return heads(HeadsConfigReader.read(file));
    }
    TrainConfig config = TrainConfigReader.read(file);
    if (text != null) {
      config = config.withText(text);
    }
    try (StopSignal stop = new StopSignal()) {
      Optional<ModelCard> card = new TrainingRun(config, restart, type).run(stop);
      if (card.isEmpty()) {
        System.err.println("stopped; the same command continues from " + config.output());
        return STOPPED;
      }
      System.out.printf("held_out_nll_nats_per_token %.4f%n", card.get().heldOutNll());
      System.out.printf("model %s%n", config.output());
      return 0;
    } catch (IOException e) {
      throw new UsageException("cannot write to " + config.output() + ": " + e.getMessage(), e);
    }
  }

  private int heads(HeadsConfig config) {
    if (text != null) {
      throw new UsageException("--text: heads train on the source that %s names".formatted(file));
    }
    try (StopSignal stop = new StopSignal()) {
      HeadsRun.Result result = new HeadsRun(config).run(stop);
      if (result == null) {
        System.err.println("stopped; nothing was written: heads train in one go");
        return STOPPED;
      }
      for (int depth = 0; depth < result.correct().length; depth++) {
        System.out.printf(
            java.util.Locale.ROOT,
            "held_out_depth_%d %.4f nats, %.4f right%n",
            depth + 1,
            result.nll()[depth],
            result.correct()[depth]);
      }
      System.out.printf("heads %s%n", config.output());
      return 0;
    } catch (IOException e) {
      throw new UsageException("cannot write to " + config.output() + ": " + e.getMessage(), e);
    }
  }
}
