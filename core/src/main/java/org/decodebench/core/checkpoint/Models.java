package org.decodebench.core.checkpoint;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;

/** Finds models by what the user calls them. */
public final class Models {
  private static final List<String> EMBEDDED =
      List.of("tales-ar", "tales-draft", "tales-mdlm", "tales-bd8");

  private Models() {}

  /** Names of the models inside the application. */
  public static List<String> embedded() {
    return EMBEDDED.stream()
        .filter(name -> new ModelFiles.Embedded(name).has(HuggingFaceModel.CONFIG))
        .toList();
  }

  /**
   * Loads a model for decoding.
   *
   * @param reference an embedded model's name, a {@code .gguf} file, or a Hugging Face folder
   * @throws UsageException if it is none of these, damaged or not supported
   */
  public static LanguageModel load(String reference, RuntimeOptions options) {
    try (Checkpoint checkpoint = open(reference)) {
      return new CpuTransformer(reference, checkpoint.weights(), checkpoint.tokenizer(), options);
    }
  }

  /**
   * Opens a model without loading its weights.
   *
   * @throws UsageException as {@link #load}
   */
  public static Checkpoint open(String reference) {
    if (embedded().contains(reference)) {
      return HuggingFaceModel.open(new ModelFiles.Embedded(reference));
    }
    Path path = path(reference).orElseThrow(() -> unknown(reference));
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

  private static Optional<Path> path(String reference) {
    try {
      return Optional.of(Path.of(reference)).filter(Files::exists);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static UsageException unknown(String reference) {
    return new UsageException(
        "no model '%s'; embedded are: %s; or give a .gguf file or a Hugging Face model folder"
            .formatted(reference, String.join(", ", embedded())));
  }
}
