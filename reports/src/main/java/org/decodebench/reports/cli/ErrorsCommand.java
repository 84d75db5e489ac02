package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ErrorTable;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "errors",
    description = {
      "Where the error of diffusion decodes comes from: sampler, network or cache.",
      "Exact, by enumeration, on short texts of a markov or hmm source or of a task;",
      "with --samples, estimated on longer ones (and on tales, with a model)."
    })
public final class ErrorsCommand implements Subcommand {
  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "The truth (default: markov:symbols=3,zeros=0.3).")
  private String source = "markov:symbols=3,zeros=0.3";

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "A diffusion model trained on the source; without one, the sampler alone.")
  private String model;

  @Option(
      names = "--decoder",
      paramLabel = "DECODER",
      description = "May be repeated (default: a range of samplers).")
  private List<String> decoders = new ArrayList<>();

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "Tokens of a text (default: 4). The work grows exponentially with it.")
  private int length = 4;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "Sample so many texts a sampler instead of enumerating: shares of impossible texts and"
              + " tokens, with intervals.")
  private Integer samples;

  @Option(
      names = "--figure",
      paramLabel = "FILE.svg",
      description = "Also draw error against tokens/s, in its parts.")
  private Path figure;

  @Option(names = "--csv", paramLabel = "FILE", description = "Also write the table here.")
  private Path csv;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new ErrorTable(models, System.out, System.err)
          .run(
              new ErrorTable.Request(
                  source,
                  model,
                  decoders,
                  Arguments.atLeast("--length", length, 1),
                  samples == null ? 0 : Arguments.atLeast("--samples", samples, 1),
                  csv,
                  figure));
    }
    return Main.DONE;
  }
}
