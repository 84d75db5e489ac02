package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SequencedMap;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * An open GGUF file, version 2 or 3: metadata and tensors in a read-only mapping. Opening reads the
 * header alone, so it takes as long for a large model as for a small one.
 */
public final class GgufFile implements AutoCloseable {
  private final MappedFile file;
  private final GgufReader.Header header;

  private GgufFile(MappedFile file, GgufReader.Header header) {
    this.file = file;
    this.header = header;
  }

  /**
   * @throws UsageException if there is no such file, or one line naming file, field and offset if
   *     it is damaged
   */
  public static GgufFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new GgufFile(file, GgufReader.read(path.toString(), file.data()));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Whether a file is named like one or begins like one. */
  static boolean looksLikeOne(Path path) {
    if (path.toString().toLowerCase(java.util.Locale.ROOT).endsWith(".gguf")) {
      return true;
    }
    try (java.io.InputStream in = java.nio.file.Files.newInputStream(path)) {
      return java.util.Arrays.equals(in.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
    } catch (java.io.IOException e) {
      return false;
    }
  }

  public Path path() {
    return file.path();
  }

  /** Size in bytes. */
  public long size() {
    return file.data().byteSize();
  }

  public int version() {
    return header.version();
  }

  public GgufMetadata metadata() {
    return header.metadata();
  }

  /** By name, in the order of the file. */
  public SequencedMap<String, GgufTensor> tensors() {
    return header.tensors();
  }

  /**
   * A tensor's values in the mapping, which closes with this file.
   *
   * @throws UsageException if the tensor has a type that cannot be computed on
   */
  public Optional<Tensor> tensor(String name) {
    return Optional.ofNullable(header.tensors().get(name)).map(this::mapped);
  }

  private Tensor mapped(GgufTensor tensor) {
    DType type =
        tensor
            .type()
            .dtype()
            .orElseThrow(() ->
                new UsageException(
                    "%s: tensor %s is stored as %s; supported are %s"
                        .formatted(
                            path(),
                            Quoted.of(tensor.name()),
                            tensor.type(),
                            GgmlType.supported())));
    return new Tensor(type, tensor.shape(), file.data().asSlice(tensor.offset(), tensor.bytes()));
  }

  @Override
  public void close() {
    file.close();
  }
}
