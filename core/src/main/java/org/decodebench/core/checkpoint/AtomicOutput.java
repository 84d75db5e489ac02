package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.decodebench.core.UsageException;

/**
 * Writes a file beside its final name and moves it there when it is whole, so that no reader ever
 * sees a part of it.
 */
final class AtomicOutput implements AutoCloseable {
  private static final long CHUNK = 1 << 26;

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;

  /**
   * @throws UsageException if nothing can be written there
   */
  AtomicOutput(Path target) {
    this.target = target;
    try {
      Path folder = target.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      // Not createTempFile, whose files only the owner may read.
      String name = ".%s.%d-%x.part";
      temporary =
          folder.resolve(
              name.formatted(
                  target.getFileName(), ProcessHandle.current().pid(), System.nanoTime()));
      channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UsageException("cannot write " + target + ": " + e, e);
    }
  }

  long position() throws IOException {
    return channel.position();
  }

  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Heap segments of any array kind and native ones alike. */
  void write(MemorySegment data) throws IOException {
    long size = data.byteSize();
    boolean direct = data.isNative() || data.heapBase().orElse(null) instanceof byte[];
    for (long at = 0; at < size; at += CHUNK) {
      MemorySegment part = data.asSlice(at, Math.min(CHUNK, size - at));
      if (!direct) {
        part = MemorySegment.ofArray(part.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
      }
      write(part.asByteBuffer());
    }
  }

  /** Zeros up to a multiple of {@code alignment}. */
  void pad(int alignment) throws IOException {
    int bytes = (int) (-position() & (alignment - 1));
    write(ByteBuffer.allocate(bytes));
  }

  /** The file is whole: gives it its name. */
  void commit() throws IOException {
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Drops what was written unless it was committed. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The partial file stays under its temporary name; the error that led here says more.
    }
  }
}
