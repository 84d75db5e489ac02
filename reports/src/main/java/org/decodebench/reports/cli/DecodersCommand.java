package org.decodebench.reports.cli;

import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.DecoderList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "decoders", description = "List the decoders, or the settings of one.")
public final class DecodersCommand implements Subcommand {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Show only this one's settings.")
  private String name;

  @Override
  public Integer call() {
    DecoderList.print(System.out, name);
    return Main.DONE;
  }
}
