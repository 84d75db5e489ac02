package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.MedusaModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.ngram.NgramModels;
import org.decodebench.core.tokenizer.Tokenizer;

/** Finds models by what the user calls them. */
public final class Models {
  private static final List<String> EMBEDDED =
      List.of(
          "tales-ar", "tales-draft", "tales-mdlm", "tales-mdlm-from-ar", "tales-bd8", "tales-udlm");

  /** Heads that draft from the hidden states of an embedded model; no models of their own. */
  private static final List<String> HEADS = List.of("tales-medusa", "tales-eagle");

  private Models() {}

  /** Names of the models inside the application. */
  public static List<String> embedded() {
    return EMBEDDED.stream()
        .filter(name -> new ModelFiles.Embedded(name).has(HuggingFaceModel.CONFIG))
        .toList();
  }

  /** Names of the drafting heads inside the application. */
  public static List<String> heads() {
    return HEADS.stream()
        .filter(name -> new ModelFiles.Embedded(name).has(HuggingFaceModel.CONFIG))
        .toList();
  }

  /**
   * Loads a model for decoding.
   *
   * @param reference an embedded model's name, a {@code .gguf} file, a Hugging Face folder, {@code
   *     layers:0+3:MODEL} for some of a model's layers, {@code window:32:MODEL} for a model that
   *     looks back so far, or an n-gram model as {@link NgramModels} reads it
   * @throws UsageException if it is none of these, damaged or not supported
   */
  public static LanguageModel load(String reference, RuntimeOptions options) {
    if (NgramModels.isReference(reference)) {
      return NgramModels.load(reference);
    }
    // A missing backend is said before any file is read.
    Optional<BackendProvider> device =
        options.backend() == RuntimeOptions.Backend.TORNADO
            ? Optional.of(BackendProvider.of(options.backend()))
            : Optional.empty();
    try (Checkpoint checkpoint = open(reference)) {
      if (MedusaModel.isOne(checkpoint.weights())) {
        // Its heads are small and read hidden states on the host.
        RuntimeOptions host =
            device.isEmpty()
                ? options
                : new RuntimeOptions(options.threads(), RuntimeOptions.Backend.AUTO);
        return new MedusaModel(reference, checkpoint.weights(), checkpoint.tokenizer(), host);
      }
      return device.isPresent()
          ? device.get().open(reference, checkpoint.weights(), checkpoint.tokenizer(), options)
          : new CpuTransformer(reference, checkpoint.weights(), checkpoint.tokenizer(), options);
    }
  }

  /**
   * Opens a model without loading its weights.
   *
   * @throws UsageException as {@link #load}
   */
  public static Checkpoint open(String reference) {
    if (LayerSubset.isReference(reference)) {
      return LayerSubset.open(reference);
    }
    if (SlidingWindow.isReference(reference)) {
      return SlidingWindow.open(reference);
    }
    if (embedded().contains(reference) || heads().contains(reference)) {
      return HuggingFaceModel.open(new ModelFiles.Embedded(reference));
    }
    Path path = path(reference).orElseThrow(() -> unknown(reference));
    Optional<Path> gguf = gguf(path);
    if (gguf.isPresent()) {
      return openGguf(gguf.get());
    }
    if (Files.isDirectory(path)) {
      if (!Files.isRegularFile(path.resolve(HuggingFaceModel.CONFIG))) {
        throw new UsageException(
            "model folder %s has no %s; expected a folder as save_pretrained writes it"
                .formatted(reference, HuggingFaceModel.CONFIG));
      }
      return HuggingFaceModel.open(new ModelFiles.Folder(path));
    }
    throw unknown(reference);
  }

  /**
   * The tokenizer alone; works for a GGUF file that holds only a vocabulary.
   *
   * @throws UsageException as {@link #load}
   */
  public static Tokenizer tokenizer(String reference) {
    Optional<Path> gguf = path(reference).flatMap(Models::gguf);
    if (gguf.isPresent()) {
      try (GgufFile file = GgufFile.open(gguf.get())) {
        return GgufTokenizers.of(file.metadata());
      }
    }
    try (Checkpoint checkpoint = open(reference)) {
      return checkpoint.tokenizer();
    }
  }

  /**
   * The Jinja template by which a checkpoint puts a conversation into a text, if it has one.
   *
   * @throws UsageException as {@link #load}
   */
  public static Optional<String> chatTemplate(String reference) {
    Optional<Path> path = path(reference);
    Optional<Path> gguf = path.flatMap(Models::gguf);
    if (gguf.isPresent()) {
      try (GgufFile file = GgufFile.open(gguf.get())) {
        return file.metadata().text(GgufTokenizerData.CHAT_TEMPLATE);
      }
    }
    if (embedded().contains(reference)) {
      return Optional.empty();
    }
    return HuggingFaceModel.chatTemplate(
        new ModelFiles.Folder(path.orElseThrow(() -> unknown(reference))));
  }

  private static Checkpoint openGguf(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return new Checkpoint(new GgufWeights(file), GgufTokenizers.of(file.metadata()));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * The GGUF file that a path means: itself, or the only one in a folder that is no Hugging Face
   * folder, as a download from the hub leaves it.
   */
  static Optional<Path> gguf(Path path) {
    if (Files.isRegularFile(path)) {
      return Optional.of(path).filter(GgufFile::looksLikeOne);
    }
    if (!Files.isDirectory(path) || Files.exists(path.resolve(HuggingFaceModel.CONFIG))) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(path)) {
      List<Path> found =
          files.filter(Files::isRegularFile).filter(GgufFile::looksLikeOne).sorted().toList();
      if (found.size() > 1) {
        throw new UsageException(
            "folder %s holds several GGUF files; give one of them: %s"
                .formatted(
                    path,
                    found.stream()
                        .map(p -> p.getFileName().toString())
                        .collect(Collectors.joining(", "))));
      }
      return found.stream().findFirst();
    } catch (IOException e) {
      throw new UsageException("cannot list folder " + path + ": " + e, e);
    }
  }

  private static Optional<Path> path(String reference) {
    try {
      return Optional.of(Path.of(reference)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  static UsageException unknown(String reference) {
    return new UsageException(
        "no model '%s'; embedded are: %s; or give a .gguf file or a Hugging Face model folder"
            .formatted(reference, String.join(", ", embedded())));
  }
}
