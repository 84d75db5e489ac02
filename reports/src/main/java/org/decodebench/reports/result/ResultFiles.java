package org.decodebench.reports.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Writes files so that a reader never sees half of one. */
public final class ResultFiles {
  private ResultFiles() {}

  /** What fills a file. */
  @FunctionalInterface
  public interface Content {
    void to(Writer out) throws IOException;
  }

  /** Writes to a file beside {@code file} and moves it there when it is whole. UTF-8. */
  public static void write(Path file, Content content) {
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
        content.to(out);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      try {
        Files.deleteIfExists(part);
      } catch (IOException e) {
        // The file itself was written or its own error is on its way.
      }
    }
  }

  /** {@code environment.json}. */
  public static void write(Path folder, Environment environment) {
    write(
        folder.resolve(Results.ENVIRONMENT_JSON),
        out -> out.append(Json.INDENTED.writeValueAsString(environment)).append('\n'));
  }

  /** {@code traces/<setting>.jsonl}. */
  public static void write(Path folder, String setting, List<Trace> traces) {
    write(
        folder.resolve(Results.TRACES).resolve(setting + ".jsonl"),
        out -> {
          for (Trace trace : traces) {
            line(out, trace.header());
            for (Trace.Event event : trace.events()) {
              line(out, event);
            }
            line(out, trace.end());
          }
        });
  }

  private static void line(Writer out, Trace.Line line) throws IOException {
    // Typed by the interface, so that each line says what it is.
    out.append(Json.LINES.writerFor(Trace.Line.class).writeValueAsString(line)).append('\n');
  }
}
