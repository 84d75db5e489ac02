package org.decodebench.reports.cli;

import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ExposureBias;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "exposure",
    description = {
      "Exposure bias: how much worse a model predicts after its own words than after true ones.",
      "By position: the probability it puts on impossible tokens, and KL(source || model)."
    })
public final class ExposureCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "An autoregressive model in the source's tokens.")
  private String model;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "What the model was trained on (default: tales).")
  private String source = "tales";

  @Option(names = "--texts", paramLabel = "N", description = "Texts of each kind (default: 200).")
  private int texts = 200;

  @Option(names = "--seed", paramLabel = "N", description = "Of the texts (default: 1).")
  private long seed = 1;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new ExposureBias(models, System.out)
          .run(model, source, Arguments.atLeast("--texts", texts, 1), seed);
    }
    return Main.DONE;
  }
}
