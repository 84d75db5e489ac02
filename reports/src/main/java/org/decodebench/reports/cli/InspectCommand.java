package org.decodebench.reports.cli;

import org.decodebench.core.checkpoint.Inspection;
import org.decodebench.core.spi.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Print what is in a model file or folder.")
public final class InspectCommand implements Subcommand {
  @Parameters(
      paramLabel = "MODEL",
      description = "An embedded model's name, a .gguf or .safetensors file, or a folder.")
  private String model;

  @Override
  public Integer call() {
    Inspection.print(model, System.out);
    return Main.DONE;
  }
}
