package org.decodebench.reports.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.decodebench.core.UsageException;

/** A foreign program that prints its result. */
final class PeerProcess {
  private static final int SECONDS = 1800;

  /** What a program printed. */
  record Output(String out, String err) {}

  private PeerProcess() {}

  /**
   * Runs a program to its good end.
   *
   * @param environment variables beside those of this process
   * @throws UsageException with its last line if it had none
   */
  static Output run(String peer, List<String> command, Map<String, String> environment)
      throws InterruptedException {
    Path out = null;
    Path err = null;
    try {
      out = Files.createTempFile("decodebench-peer", ".out");
      err = Files.createTempFile("decodebench-peer", ".err");
      return run(peer, command, environment, out, err);
    } catch (IOException e) {
      throw new UsageException("peer %s cannot be started: %s".formatted(peer, e.getMessage()), e);
    } finally {
      delete(out);
      delete(err);
    }
  }

  private static Output run(
      String peer, List<String> command, Map<String, String> environment, Path out, Path err)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new UsageException("peer %s took more than %d s".formatted(peer, SECONDS));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new UsageException(
          "peer %s ended with exit code %d: %s"
              .formatted(peer, process.exitValue(), lastLine(err)));
    }
    return new Output(read(out), read(err));
  }

  private static String lastLine(Path file) throws IOException {
    return read(file).lines().filter(l -> !l.isBlank()).reduce((a, b) -> b).orElse("no message");
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A few lines in the temporary folder.
    }
  }
}
