package org.decodebench.reports.cli;

import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.roofline.CurveText;
import org.decodebench.reports.roofline.Measured;
import org.decodebench.reports.roofline.RooflineMeter;
import org.decodebench.reports.run.Machines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "roofline",
    description = "Measure a forward over 1, 2, 4 … 64 positions against the machine's limits.",
    footer = {
      "",
      "The limits are measured in the same JVM, just before. 'ideal' is the longer of",
      "bytes / bandwidth and FLOP / peak; 'ratio' is measured over ideal."
    })
public final class RooflineCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "An embedded model's name, a .gguf file, or a Hugging Face folder.")
  private String model;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() throws InterruptedException {
    RooflineMeter.check(model);
    Measured measured =
        RooflineMeter.measure(
            Machines.describe().machineClass(), runtime.options(), List.of(model));
    if (json) {
      System.out.println(Json.INDENTED.writeValueAsString(measured));
    } else {
      CurveText.of(measured).forEach(System.out::println);
    }
    return Main.DONE;
  }
}
