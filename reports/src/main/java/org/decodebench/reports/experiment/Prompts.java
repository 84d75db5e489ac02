package org.decodebench.reports.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.reports.result.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Where the prompts of an experiment come from. */
public sealed interface Prompts {

  /** Name of the workload in records. */
  String name();

  /** The source whose language the prompts are, or null. */
  default String source() {
    return null;
  }

  /**
   * @param seed of the experiment
   * @throws UsageException if they cannot be read
   */
  List<String> texts(long seed);

  /**
   * Beginnings of texts sampled from a source.
   *
   * @param tokens length of a beginning
   */
  record OfSource(String source, int count, int tokens) implements Prompts {
    @Override
    public String name() {
      return source;
    }

    @Override
    public List<String> texts(long seed) {
      Source language = Sources.byName(source);
      List<String> texts = new ArrayList<>();
      for (int i = 0; texts.size() < count; i++) {
        int[] text = language.sample(new RandomStream(seed, i), 4 * tokens + 64);
        if (text.length > tokens) { // at least one token is left to decode
          texts.add(language.tokenizer().decode(Arrays.copyOf(text, tokens)));
        } else if (i >= 1000 * count) {
          throw new UsageException(
              "prompts: texts of source %s hardly ever have more than %d tokens; ask for fewer"
                  .formatted(source, tokens));
        }
      }
      return texts;
    }
  }

  /** Written in the experiment file. */
  record Inline(List<String> prompts) implements Prompts {
    @Override
    public String name() {
      return "inline";
    }

    @Override
    public List<String> texts(long seed) {
      return prompts;
    }
  }

  /** One prompt a line; blank lines do not count. */
  record TextFile(Path file, int count) implements Prompts {
    @Override
    public String name() {
      return file.getFileName().toString();
    }

    @Override
    public List<String> texts(long seed) {
      return some(
          file, read(file).stream().filter(l -> !l.isBlank()).limit(count).toList(), "no prompt");
    }
  }

  /**
   * One JSON object a line, as in Spec-Bench and MT-bench.
   *
   * @param field whose text, or first text of a list, is the prompt
   */
  record JsonLines(Path file, String field, int count) implements Prompts {
    @Override
    public String name() {
      return file.getFileName().toString();
    }

    @Override
    public List<String> texts(long seed) {
      List<String> texts = new ArrayList<>();
      int number = 0;
      for (String line : read(file)) {
        number++;
        if (!line.isBlank() && texts.size() < count) {
          texts.add(prompt(line, number));
        }
      }
      return some(file, texts, "no line");
    }

    private String prompt(String line, int number) {
      try {
        JsonNode value = Json.LINES.readTree(line).path(field);
        JsonNode first = value.isArray() ? value.path(0) : value;
        if (first.isString()) {
          return first.stringValue();
        }
      } catch (JacksonException e) {
        throw new UsageException(
            "%s:%d: not JSON: %s"
                .formatted(
                    file, number, e.getOriginalMessage().lines().findFirst().orElse("damaged")),
            e);
      }
      throw new UsageException(
          "%s:%d: no text in field '%s'; name the field with prompts: {jsonl: …, field: …}"
              .formatted(file, number, field));
    }
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UsageException("prompts: cannot read %s as UTF-8 text".formatted(file), e);
    }
  }

  private static List<String> some(Path file, List<String> texts, String missing) {
    if (texts.isEmpty()) {
      throw new UsageException("prompts: %s in %s".formatted(missing, file));
    }
    return texts;
  }
}
