package org.decodebench.reports.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.decodebench.core.UsageException;
import org.decodebench.reports.run.JvmFlags;

/** A JVM started as those in which decoders are measured, that prints what it found. */
public final class MeasuringJvm {
  private MeasuringJvm() {}

  /**
   * Runs a class's {@code main} and returns what it printed.
   *
   * @throws UsageException if it says why it cannot, or takes too long
   */
  public static String ask(Class<?> main, List<String> arguments, int seconds)
      throws InterruptedException {
    return ask(JvmFlags.measured(), main, arguments, seconds);
  }

  /** The same with other flags. */
  public static String ask(List<String> flags, Class<?> main, List<String> arguments, int seconds)
      throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", JvmFlags.classPath(), main.getName()));
    command.addAll(arguments);
    Path out = null;
    try {
      out = Files.createTempFile("decodebench", ".json");
      return ask(command, out, seconds);
    } catch (IOException e) {
      throw new UsageException("cannot start a JVM to measure in: " + e.getMessage(), e);
    } finally {
      delete(out);
    }
  }

  private static String ask(List<String> command, Path out, int seconds)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new UsageException("measuring the limits took more than " + seconds + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new UsageException(
          "the JVM that measures the limits ended with exit code " + process.exitValue());
    }
    return Files.readString(out, StandardCharsets.UTF_8).strip();
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A few hundred bytes in the temporary folder.
    }
  }
}
