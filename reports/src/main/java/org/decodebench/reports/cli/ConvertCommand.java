package org.decodebench.reports.cli;

import java.nio.file.Path;
import org.decodebench.core.checkpoint.Converter;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "convert",
    description = "Rewrite a model as GGUF file or Hugging Face folder, in another type.",
    footer = {
      "",
      "Vectors stay F32 in a GGUF file; a matrix whose rows are no whole number of blocks takes",
      "the next type that fits (Q8_0, else F16); Q4_K keeps the output matrix in Q6_K."
    })
public final class ConvertCommand implements Subcommand {
  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "An embedded model's name, a .gguf file, or a Hugging Face folder.")
  private String in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "A file that ends in .gguf, or a folder.")
  private Path out;

  @Option(
      names = "--dtype",
      required = true,
      paramLabel = "TYPE",
      description = "F32, F16 or BF16; in a .gguf file also Q8_0, Q6_K, Q4_K or Q4_0.")
  private DType dtype;

  @Override
  public Integer call() {
    Converter.convert(in, out, dtype);
    System.err.println("wrote " + out);
    return Main.DONE;
  }
}
