package org.decodebench.reports.cli;

import java.nio.file.Path;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.Generation;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    description = "Continue a prompt, or fill a template's gaps, and print the text.",
    footer = {
      "",
      "The text goes to standard output as it becomes readable, a line on its speed to standard",
      "error. With --show-steps the canvas of every step goes to standard error."
    })
public final class GenerateCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "An embedded model's name, a .gguf file, or a Hugging Face folder.")
  private String model;

  @Option(
      names = "--decoder",
      paramLabel = "DECODER",
      description = "name or name:key=value,… (default: what the model was trained for).")
  private String decoder;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue.")
  private String prompt;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Text with gaps to fill, such as 'the [MASK*6] sat'; needs a diffusion decoder.")
  private String template;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description =
          "Most tokens; the canvas of a diffusion decoder (default: what fits, up to 256).")
  private Integer maxNewTokens;

  @Option(
      names = "--grammar",
      paramLabel = "FILE",
      description = "GBNF grammar that the text must follow (decoders left to right).")
  private Path grammar;

  @Option(
      names = "--json-schema",
      paramLabel = "FILE",
      description = "JSON schema that the text must follow (decoders left to right).")
  private Path jsonSchema;

  @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers (default: 1).")
  private long seed = 1;

  @Option(
      names = "--chat",
      description = "Put the prompt into a conversation with the checkpoint's chat template.")
  private boolean chat;

  @Option(
      names = "--n-best",
      paramLabel = "N",
      description = {
        "Print the N best texts, best first, a line each: score, log-probability in nats, text",
        "(ar-beam, ar-best-of)."
      })
  private Integer nBest;

  @Option(names = "--show-steps", description = "Show the text appear, step by step.")
  private boolean showSteps;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() {
    if ((prompt == null) == (template == null)) {
      throw new UsageException("generate needs either --prompt TEXT or --template TEXT");
    }
    if (chat && template != null) {
      throw new UsageException("--chat goes with --prompt TEXT, not with --template");
    }
    if (nBest != null && (template != null || showSteps)) {
      throw new UsageException("--n-best goes with --prompt TEXT and without --show-steps");
    }
    int best = nBest == null ? 0 : Arguments.atLeast("--n-best", nBest, 1);
    int most = maxNewTokens == null ? 0 : Arguments.atLeast("--max-new-tokens", maxNewTokens, 1);
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
      new Generation(models, System.out, System.err)
          .run(
              new Generation.Request(
                  model, constrained(), prompt, template, chat, most, best, seed, showSteps));
    }
    return Main.DONE;
  }

  /** The decoder with the grammar among its settings. */
  private String constrained() {
    if (grammar != null && jsonSchema != null) {
      throw new UsageException("give either --grammar or --json-schema, not both");
    }
    Path file = grammar != null ? grammar : jsonSchema;
    if (file == null) {
      return decoder;
    }
    String option = grammar != null ? "grammar" : "json-schema";
    if (file.toString().indexOf(',') >= 0) {
      throw new UsageException("--%s %s: a path without commas, please".formatted(option, file));
    }
    String spec = decoder == null ? "ar" : decoder;
    return spec + (spec.indexOf(':') < 0 ? ":" : ",") + option + "=" + file;
  }
}
