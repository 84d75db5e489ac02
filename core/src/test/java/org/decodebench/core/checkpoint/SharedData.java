package org.decodebench.core.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Data for tests that is no part of the repository; a test that needs it is skipped without it. */
public final class SharedData {
  private SharedData() {}

  /** A file or folder below {@code data}. */
  public static Path path(String relative) {
    String root = System.getenv("SHARED");
    Path data = root != null ? Path.of(root, "data") : Path.of("../../shared/data");
    Path path = data.resolve(relative);
    Assumptions.assumeTrue(Files.exists(path), "skipped: no " + path.toAbsolutePath().normalize());
    return path;
  }
}
