package org.decodebench.reports.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.decodebench.core.model.ModelConfig;

/** What can be said of a model without decoding with it. */
final class ModelFacts {
  private static final String EMBEDDED = "/org/decodebench/models/";

  private ModelFacts() {}

  /**
   * Hash of configuration and weights: of the file, of the folder's {@code .json} and {@code
   * .safetensors} files in order of their names, or of an embedded model's. A source is what its
   * name says.
   */
  static String hash(String reference) {
    try {
      if (ModelFacts.class.getResource(EMBEDDED + reference + "/config.json") != null) {
        try (InputStream config = resource(reference, "config.json");
            InputStream weights = resource(reference, "model.safetensors")) {
          return Hashes.of(List.of(config, weights));
        }
      }
      Path path = Path.of(reference);
      if (Files.isDirectory(path)) {
        return ofFolder(path);
      }
      if (Files.isRegularFile(path)) {
        try (InputStream in = Files.newInputStream(path)) {
          return Hashes.of(List.of(in));
        }
      }
      return Hashes.of(reference);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream resource(String reference, String file) {
    InputStream in = ModelFacts.class.getResourceAsStream(EMBEDDED + reference + "/" + file);
    return in == null ? InputStream.nullInputStream() : in;
  }

  private static String ofFolder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files =
          list.filter(f -> f.toString().endsWith(".json") || f.toString().endsWith(".safetensors"))
              .sorted()
              .toList();
    }
    InputStream all = InputStream.nullInputStream();
    for (Path file : files) {
      all = new SequenceInputStream(all, Files.newInputStream(file));
    }
    try (InputStream in = all) {
      return Hashes.of(List.of(in));
    }
  }

  /** Weights that the configuration implies, norms included; 0 for a source. */
  static long parameters(ModelConfig c) {
    if (c.layers() == 0 || c.hiddenSize() == 0) {
      return 0;
    }
    long h = c.hiddenSize();
    long attention = h * c.querySize() * 2 + h * c.kvSize() * 2;
    long mlp = h * c.mlpSize() * (c.mlp() == ModelConfig.Mlp.SWIGLU ? 3 : 2);
    long norms = 2 * h;
    long embeddings = (long) c.vocabSize() * h * (c.tiedEmbeddings() ? 1 : 2);
    return embeddings + c.layers() * (attention + mlp + norms) + h;
  }
}
