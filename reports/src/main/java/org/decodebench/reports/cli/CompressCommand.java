package org.decodebench.reports.cli;

import java.nio.file.Path;
import org.decodebench.ar.compress.Compressor;
import org.decodebench.ar.compress.FileCompressor;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compress",
    description = "Compress a file with a model and an arithmetic coder.",
    footer = {
      "",
      "The file shrinks to its negative log-likelihood under the model. Decompress with the same",
      "model, backend and kind of machine."
    })
public final class CompressCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "An autoregressive model.")
  private String model;

  @Parameters(index = "0", paramLabel = "IN", description = "File to compress.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "Compressed file to write.")
  private Path out;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      Compressor compressor = new Compressor(models.model(model), done -> {});
      FileCompressor.Sizes sizes = new FileCompressor(compressor).compress(in, out);
      System.out.printf("bytes_in %d%n", sizes.input());
      System.out.printf("bytes_out %d%n", sizes.output());
      if (sizes.input() > 0) {
        System.out.printf("bits_per_byte %.4f%n", 8.0 * sizes.output() / sizes.input());
      }
    }
    return Main.DONE;
  }
}
