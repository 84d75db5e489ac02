package org.decodebench.reports.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.decodebench.ar.Watermark;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "detect",
    description = {
      "Test a text for the watermark that ar:watermark=DELTA writes (2301.10226).",
      "Needs the writer's tokenizer, key and gamma, not its weights."
    },
    footer = {
      "",
      "z_score counts standard deviations above chance: above 4 is one unmarked text in 30,000."
    })
public final class DetectCommand implements Subcommand {
  /** Above it a text counts as marked. */
  private static final double MARKED = 4;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description = "Whose tokenizer reads the text.")
  private String model;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text to judge, without the prompt.")
  private Path text;

  @Option(
      names = "--key",
      paramLabel = "N",
      description = "The writer's watermark-key (default: 1).")
  private int key = 1;

  @Option(
      names = "--gamma",
      paramLabel = "G",
      description = "The writer's watermark-gamma, share of green tokens (default: 0.5).")
  private double gamma = 0.5;

  @Override
  public Integer call() {
    if (!(gamma >= 0.01 && gamma <= 0.99)) {
      throw new UsageException("--gamma %s: expected a number from 0.01 to 0.99".formatted(gamma));
    }
    Tokenizer tokenizer = Models.tokenizer(model);
    int[] tokens = tokenizer.encode(read().strip(), false);
    Watermark.Detection found = new Watermark(key, gamma, 1).detect(tokens, 1);
    if (found.pairs() == 0) {
      throw new UsageException(
          "--text %s: too short to judge, it needs two tokens at least".formatted(text));
    }
    System.out.printf(Locale.ROOT, "z_score %.3f%n", found.zScore());
    System.out.printf(
        Locale.ROOT,
        "green %d of %d pairs, %.1f expected%n",
        found.green(),
        found.pairs(),
        gamma * found.pairs());
    System.out.println("watermark " + (found.zScore() > MARKED ? "yes" : "no"));
    return Main.DONE;
  }

  private String read() {
    try {
      return Files.readString(text);
    } catch (CharacterCodingException e) {
      throw new UsageException("--text %s: not UTF-8".formatted(text), e);
    } catch (IOException e) {
      String why = Files.exists(text) ? "cannot be read" : "no such file";
      throw new UsageException("--text %s: %s".formatted(text, why), e);
    }
  }
}
