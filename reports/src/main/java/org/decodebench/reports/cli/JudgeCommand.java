package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.GenerativePerplexity;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "judge",
    description = {
      "Generative perplexity of a decoder's texts by another model, with their entropy beside it,",
      "over temperatures: repetition lowers the one and the other, so neither stands alone."
    })
public final class JudgeCommand implements Subcommand {
  @ArgGroup(exclusive = false, multiplicity = "1..*")
  private List<Writer> writers = new ArrayList<>();

  /** A pair of options, which may be repeated. */
  static final class Writer {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "MODEL",
        description = "Writes; model and decoder may be given several times, in pairs.")
    private String model;

    @Option(
        names = "--decoder",
        required = true,
        paramLabel = "DECODER",
        description = "Without a temperature.")
    private String decoder;
  }

  @Option(
      names = "--judge",
      required = true,
      paramLabel = "MODEL",
      description = "Scores the texts; exact if it is autoregressive, else a bound, which is said.")
  private String judge;

  @Option(names = "--temperatures", paramLabel = "T,T,…", description = "Default: 0.5,0.7,0.85,1.")
  private String temperatures = "0.5,0.7,0.85,1";

  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Beginnings of its texts are the prompts (default: tales).")
  private String source = "tales";

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      description = "Length of a beginning (default: 12).")
  private int promptTokens = 12;

  @Option(names = "--texts", paramLabel = "N", description = "Texts a temperature (default: 20).")
  private int texts = 20;

  @Option(names = "--max-new-tokens", paramLabel = "N", description = "Of a text (default: 80).")
  private int maxNewTokens = 80;

  @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers (default: 1).")
  private long seed = 1;

  @Option(
      names = "--figure",
      paramLabel = "FILE.svg",
      description = "Also draw perplexity against entropy, a line a writer.")
  private Path figure;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    List<Double> values = Arrays.stream(temperatures.split(",")).map(JudgeCommand::value).toList();
    var request =
        new GenerativePerplexity.Request(
            writers.stream().map(w -> new GenerativePerplexity.Writer(w.model, w.decoder)).toList(),
            judge,
            values,
            source,
            Arguments.atLeast("--prompt-tokens", promptTokens, 1),
            Arguments.atLeast("--texts", texts, 2),
            Arguments.atLeast("--max-new-tokens", maxNewTokens, 1),
            seed,
            figure);
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new GenerativePerplexity(models, System.out).run(request);
    }
    return Main.DONE;
  }

  private static double value(String text) {
    try {
      double value = Double.parseDouble(text.strip());
      if (value > 0 && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new UsageException(
        "--temperatures %s: expected numbers above 0, such as 0.5,1".formatted(text));
  }
}
