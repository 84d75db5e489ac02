package org.decodebench.reports.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

  /** A file could not be written: the message says which, and why. */
  public static final class Unwritable extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    Unwritable(Path file, IOException e) {
      super("cannot write %s: %s; give another place".formatted(file, reason(e)), e);
    }
  }

  /** Why the system refused to write, in a few words. */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "no permission";
      case FileAlreadyExistsException _ -> "it is a file";
      case NoSuchFileException _ -> "its folder cannot be made";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default ->
          e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().replace('\n', ' ');
    };
  }

  /**
   * Writes to a file beside {@code file} and moves it there when it is whole. UTF-8.
   *
   * @throws Unwritable if that fails; {@code file} is then as it was
   */
  public static void write(Path file, Content content) {
    writeWhole(
        file,
        part -> {
          try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            content.to(out);
          }
        });
  }

  /** The same for what is no text. */
  public static void write(Path file, byte[] content) {
    writeWhole(file, part -> Files.write(part, content));
  }

  private interface Filler {
    void fill(Path part) throws IOException;
  }

  private static void writeWhole(Path file, Filler filler) {
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      filler.fill(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Unwritable(file, e);
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
