package org.decodebench.reports.cli;

import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.DeviceList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "devices",
    description = "List what models can run on: this CPU, and the devices that TornadoVM finds.",
    footer = {"", "A device's name goes with --backend tornado --device NAME."})
public final class DevicesCommand implements Subcommand {
  @Option(
      names = "--measure",
      description =
          "Also measure each device: copy bandwidth, multiply-add peak, time of a launch.")
  private boolean measure;

  @Override
  public Integer call() {
    DeviceList.print(System.out, System.err, measure);
    return Main.DONE;
  }
}
