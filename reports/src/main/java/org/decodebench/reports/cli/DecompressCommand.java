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

@Command(name = "decompress", description = "Restore a file that compress has made.")
public final class DecompressCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "The model that compressed it.")
  private String model;

  @Parameters(index = "0", paramLabel = "IN", description = "Compressed file.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "File to write.")
  private Path out;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      Compressor compressor = new Compressor(models.model(model), done -> {});
      FileCompressor.Sizes sizes = new FileCompressor(compressor).decompress(in, out);
      System.out.printf("bytes_in %d%n", sizes.input());
      System.out.printf("bytes_out %d%n", sizes.output());
    }
    return Main.DONE;
  }
}
