package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.decodebench.core.UsageException;

/**
 * A file as a read-only mapping.
 *
 * @param data all its bytes; they are gone once it is closed
 */
record MappedFile(Path path, Arena arena, MemorySegment data) implements AutoCloseable {

  /**
   * @throws UsageException if there is no such file or it cannot be read
   */
  static MappedFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new UsageException(path + " is a folder where a file is needed");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new MappedFile(
          path, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    } catch (IOException e) {
      arena.close();
      throw new UsageException(
          switch (e) {
            case NoSuchFileException none -> "no file " + path;
            case AccessDeniedException denied -> "no permission to read " + path;
            default -> "cannot read " + path + ": " + e.getMessage();
          },
          e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
