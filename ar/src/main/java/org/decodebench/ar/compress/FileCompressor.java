package org.decodebench.ar.compress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.UnaryOperator;
import org.decodebench.core.UsageException;

/**
 * {@link Compressor} from file to file; nothing appears under the target's name before it is whole.
 */
public final class FileCompressor {
  /** One array holds a file. */
  private static final long MOST_BYTES = 1 << 30;

  private final Compressor compressor;

  public FileCompressor(Compressor compressor) {
    this.compressor = compressor;
  }

  /**
   * @param input bytes read
   * @param output bytes written
   */
  public record Sizes(long input, long output) {}

  /**
   * @throws UsageException if a file cannot be read or written
   */
  public Sizes compress(Path in, Path out) {
    return convert(in, out, compressor::compress);
  }

  /**
   * @throws UsageException as {@link Compressor#decompress}, or if a file cannot be read or written
   */
  public Sizes decompress(Path in, Path out) {
    return convert(in, out, compressor::decompress);
  }

  private static Sizes convert(Path in, Path out, UnaryOperator<byte[]> conversion) {
    byte[] input = read(in);
    byte[] output;
    try {
      output = conversion.apply(input);
    } catch (UsageException e) {
      throw new UsageException("%s: %s".formatted(in, e.getMessage()), e);
    }
    write(out, output);
    return new Sizes(input.length, output.length);
  }

  private static byte[] read(Path in) {
    try {
      if (!Files.isRegularFile(in)) {
        throw new UsageException("there is no file %s to read".formatted(in));
      }
      if (Files.size(in) > MOST_BYTES) {
        throw new UsageException("%s has more than 1 GiB; split it first".formatted(in));
      }
      return Files.readAllBytes(in);
    } catch (IOException e) {
      throw new UsageException("cannot read %s: %s".formatted(in, e.getMessage()), e);
    }
  }

  private static void write(Path out, byte[] bytes) {
    Path folder = out.toAbsolutePath().getParent();
    String name = ".%s.%d.part".formatted(out.getFileName(), ProcessHandle.current().pid());
    Path temporary = folder.resolve(name);
    try {
      Files.write(temporary, bytes);
      Files.move(
          temporary, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      discard(temporary);
      throw new UsageException(
          "cannot write %s: %s; does its folder exist?".formatted(out, e.getMessage()), e);
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The first failure is the one to tell.
    }
  }
}
