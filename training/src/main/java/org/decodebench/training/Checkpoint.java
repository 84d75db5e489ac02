package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.decodebench.core.UsageException;

/**
 * The whole state of a training run in one file: step, tokens seen, parameters and both moments of
 * the optimiser, as exact floats. Random numbers are functions of seed and step, so a resumed run
 * continues as if it had never stopped.
 */
final class Checkpoint {
  private static final long MAGIC = 0x6462_7472_6169_6e31L; // "dbtrain1"

  private final Path file;
  private final String settings;

  /**
   * @param settings what must agree between the run that wrote a checkpoint and the one that
   *     continues it
   */
  Checkpoint(Path file, String settings) {
    this.file = file;
    this.settings = settings;
  }

  boolean exists() {
    return Files.exists(file);
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  void save(Trainer trainer) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
      out.writeLong(MAGIC);
      out.writeUTF(settings);
      out.writeLong(trainer.step());
      out.writeLong(trainer.tokens());
      write(out, trainer.network().parameters());
      write(out, trainer.optimizer().first());
      write(out, trainer.optimizer().second());
      out.writeLong(MAGIC);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * @throws UsageException if the file is broken or comes from other settings
   */
  void load(Trainer trainer) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readLong() != MAGIC) {
        throw broken();
      }
      if (!in.readUTF().equals(settings)) {
        throw new UsageException(
            "%s comes from a run with other settings; use --restart to begin anew".formatted(file));
      }
      trainer.resumeAt(in.readLong(), in.readLong());
      read(in, trainer.network().parameters());
      read(in, trainer.optimizer().first());
      read(in, trainer.optimizer().second());
      if (in.readLong() != MAGIC) {
        throw broken();
      }
    } catch (EOFException e) {
      throw broken();
    }
  }

  private UsageException broken() {
    return new UsageException(file + " is no whole checkpoint; use --restart to begin anew");
  }

  private static void write(DataOutputStream out, Map<String, NDArray> arrays) throws IOException {
    for (NDArray array : arrays.values()) {
      float[] values = array.toFloatArray();
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
      bytes.asFloatBuffer().put(values);
      out.write(bytes.array());
    }
  }

  private static void read(DataInputStream in, Map<String, NDArray> arrays) throws IOException {
    for (NDArray array : arrays.values()) {
      float[] values = new float[(int) array.size()];
      byte[] bytes = in.readNBytes(4 * values.length);
      if (bytes.length < 4 * values.length) {
        throw new EOFException();
      }
      ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
      Network.assign(array, values);
    }
  }
}
