package org.decodebench.reports.cli;

import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ModelList;
import picocli.CommandLine.Command;

@Command(
    name = "models",
    description = "List the embedded models and the decoders that drive them.")
public final class ModelsCommand implements Subcommand {
  @Override
  public Integer call() {
    ModelList.print(System.out);
    return Main.DONE;
  }
}
