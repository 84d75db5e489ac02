package org.decodebench.reports.cli;

import java.nio.file.Path;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import org.decodebench.reports.run.PerplexityReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "perplexity", description = "How well a model predicts a text.")
public final class PerplexityCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "An embedded model's name, a .gguf file, or a Hugging Face folder.")
  private String model;

  @Option(names = "--text", paramLabel = "FILE", description = "UTF-8 text to score.")
  private Path text;

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Score held-out texts of a source (tales, markov:…, hmm:…).")
  private String source;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      description = {
        "exact; nelbo, nelbo-time, nelbo-exact; random-order; duel, with settings of the sampler:",
        "duel:threshold=0.9 (default: what suits the model)."
      })
  private String method;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Monte Carlo samples a text, for bounds.")
  private Integer samples;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      description = "Most texts or windows (default: 100 texts of a source, all of a file).")
  private Integer maxSequences;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description = {
        "Windows of a text overlap: each answers for N tokens, with those before them as context",
        "(default: windows that do not overlap)."
      })
  private Integer stride;

  @Option(names = "--seed", paramLabel = "N", description = "Of the samples (default: 1).")
  private long seed = 1;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    if ((text == null) == (source == null)) {
      throw new UsageException("perplexity needs either --text FILE or --source NAME");
    }
    if (stride != null && text == null) {
      throw new UsageException(
          "--stride: the texts of a source fit the context; give it with --text");
    }
    var request =
        new PerplexityReport.Request(
            model,
            text,
            source,
            method,
            samples == null ? 0 : Arguments.atLeast("--samples", samples, 1),
            maxSequences == null ? 0 : Arguments.atLeast("--max-sequences", maxSequences, 1),
            stride == null ? 0 : Arguments.atLeast("--stride", stride, 1),
            seed);
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new PerplexityReport(models, System.out, System.err).run(request);
    }
    return Main.DONE;
  }
}
