package org.decodebench.reports.cli;

import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.Certificates;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "certificate",
    description = {
      "What an approximate cache does to a decode: beside every step, the same canvas is evaluated",
      "whole, and keys, predictions and tokens are compared; at the end, the texts with and without."
    })
public final class CertificateCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "A masked-diffusion model.")
  private String model;

  @Option(
      names = "--decoder",
      paramLabel = "DECODER",
      description = "With a cache (default: masked-diffusion:block=16,threshold=0.9,cache=dual).")
  private String decoder = "masked-diffusion:block=16,threshold=0.9,cache=dual";

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "Text to continue.")
  private String prompt;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The canvas (default: what fits, up to 256).")
  private Integer maxNewTokens;

  @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers (default: 1).")
  private long seed = 1;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    int most = maxNewTokens == null ? 0 : Arguments.atLeast("--max-new-tokens", maxNewTokens, 1);
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new Certificates(models, System.out)
          .run(new Certificates.Request(model, decoder, prompt, most, seed));
    }
    return Main.DONE;
  }
}
