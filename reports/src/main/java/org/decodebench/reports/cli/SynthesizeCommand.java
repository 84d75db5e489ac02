package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Synthesizer;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "synthesize",
    description = "Write a valid model with random weights, to compare speed without a download.")
public final class SynthesizeCommand implements Subcommand {
  @Option(
      names = "--shape",
      required = true,
      paramLabel = "SHAPE",
      description =
          "15M, smollm2-135m, qwen3-0.6b, tinyllama-1.1b, llama-3.2-1b, or a config.json.")
  private String shape;

  @Option(
      names = "--dtype",
      required = true,
      paramLabel = "TYPE",
      description = "F32, F16 or BF16; in a .gguf file also Q8_0, Q6_K, Q4_K or Q4_0.")
  private DType dtype;

  @Option(
      names = "--paradigm",
      paramLabel = "PARADIGM",
      description =
          "autoregressive, masked-diffusion or block-diffusion (default: as the shape says).")
  private String paradigm;

  @Option(
      names = "--block",
      paramLabel = "N",
      description = "Block size of a block-diffusion model (default: 32).")
  private int block = 32;

  @Option(names = "--seed", paramLabel = "N", description = "Of the weights (default: 1).")
  private long seed = 1;

  @Parameters(paramLabel = "OUT", description = "A file that ends in .gguf, or a folder.")
  private Path out;

  @Override
  public Integer call() {
    Arguments.atLeast("--block", block, 1);
    Synthesizer.write(shape, Optional.ofNullable(paradigm()), block, dtype, seed, out);
    System.err.println("wrote " + out);
    return Main.DONE;
  }

  private Paradigm paradigm() {
    return switch (paradigm) {
      case null -> null;
      case "autoregressive" -> Paradigm.AUTOREGRESSIVE;
      case "masked-diffusion" -> Paradigm.MASKED_DIFFUSION;
      case "block-diffusion" -> Paradigm.BLOCK_DIFFUSION;
      default ->
          throw new UsageException(
              "--paradigm %s: expected autoregressive, masked-diffusion or block-diffusion"
                  .formatted(paradigm));
    };
  }
}
