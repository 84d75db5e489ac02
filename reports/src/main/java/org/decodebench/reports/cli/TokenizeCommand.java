package org.decodebench.reports.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "tokenize",
    description = "Print the token ids of standard input on one line.",
    footer = {"", "The whole input is one text, line ends included."})
public final class TokenizeCommand implements Subcommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "An embedded model's name, a .gguf file (a vocabulary is enough), or a Hugging Face folder.")
  private String model;

  @Option(
      names = "--no-special",
      description = "Add no begin token, and read the names of special tokens as plain text.")
  private boolean noSpecial;

  @Override
  public Integer call() throws IOException {
    Tokenizer tokenizer = Models.tokenizer(model); // before it waits for input
    String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    int[] ids = tokenizer.encode(text, !noSpecial);
    System.out.println(
        Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
    return Main.DONE;
  }
}
