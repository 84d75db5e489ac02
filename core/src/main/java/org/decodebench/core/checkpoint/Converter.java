package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** Rewrites models between GGUF files and Hugging Face folders, and from one type to another. */
public final class Converter {
  private Converter() {}

  /**
   * @param in a model as on the command line
   * @param out a file that ends in {@code .gguf}, or a folder
   * @param dtype of the matrices
   * @throws UsageException if the model is not supported, or the format cannot hold it
   */
  public static void convert(String in, Path out, DType dtype) {
    boolean toGguf = isGguf(out);
    Optional<Path> gguf = Files.exists(Path.of(in)) ? Models.gguf(Path.of(in)) : Optional.empty();
    refuseSameFile(in, out);
    if (gguf.isPresent() && toGguf) {
      try (GgufFile file = GgufFile.open(gguf.get())) {
        rewrite(file, out, dtype);
      }
    } else if (gguf.isEmpty() && !toGguf && Files.isDirectory(Path.of(in))) {
      rewrite(Path.of(in), out, dtype);
    } else {
      try (Checkpoint checkpoint = Models.open(in)) {
        write(checkpoint.weights(), tokenizer(in, gguf), name(in), dtype, out);
      }
    }
  }

  /** Writes any weights; the name of the file decides on the format. */
  static void write(
      WeightSource weights, TokenizerData tokenizer, String name, DType dtype, Path out) {
    if (isGguf(out)) {
      GgufExport.write(weights, tokenizer, name, dtype, out);
    } else {
      HubExport.write(weights, tokenizer, dtype, out);
    }
  }

  private static boolean isGguf(Path path) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
  }

  private static void refuseSameFile(String in, Path out) {
    try {
      if (Files.exists(Path.of(in)) && Files.exists(out) && Files.isSameFile(Path.of(in), out)) {
        throw new UsageException("input and output are the same: " + out);
      }
    } catch (IOException e) {
      throw new UsageException("cannot read " + in + ": " + e, e);
    }
  }

  private static String name(String in) {
    Path name = Path.of(in).getFileName();
    return name == null ? in : name.toString().replaceFirst("\\.gguf$", "");
  }

  private static TokenizerData tokenizer(String in, Optional<Path> gguf) {
    if (gguf.isPresent()) {
      try (GgufFile file = GgufFile.open(gguf.get())) {
        return GgufTokenizerData.read(file.metadata());
      }
    }
    return HuggingFaceModel.tokenizerData(in);
  }

  /** GGUF to GGUF: everything stays but the types. */
  private static void rewrite(GgufFile file, Path out, DType dtype) {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    GgufMetadata old = file.metadata();
    old.keys().forEach(key -> metadata.put(key, old.value(key).orElseThrow()));
    metadata.put("general.alignment", new GgufValue.Int(32, false));
    metadata.put("general.file_type", new GgufValue.Int(GgufExport.fileType(dtype), false));
    metadata.put("general.quantization_version", new GgufValue.Int(2, false));
    TypePlan plan = new TypePlan(dtype);
    boolean tied = !file.tensors().containsKey("output.weight");
    List<TensorEntry> entries = new ArrayList<>();
    for (GgufTensor tensor : file.tensors().values()) {
      String name = tensor.name();
      boolean output = name.equals("output.weight") || tied && name.equals("token_embd.weight");
      DType type = plan.typeOf(tensor.shape(), name.equals("position_embd.weight"), output);
      entries.add(
          new TensorEntry(
              name,
              type,
              tensor.shape(),
              () -> Conversion.to(type, file.tensor(name).orElseThrow())));
    }
    GgufWriter.write(out, metadata, entries);
  }

  /** Folder to folder: the family's own tensors, whatever they are, in another type. */
  private static void rewrite(Path in, Path out, DType dtype) {
    if (dtype.quantised()) {
      throw new UsageException(
          "a Hugging Face folder holds F32, F16 or BF16; write %s to a .gguf file"
              .formatted(dtype));
    }
    // Opening checks that it is a model that we know.
    Models.open(in.toString()).close();
    Map<String, SafetensorsFile> files = HuggingFaceModel.tensors(new ModelFiles.Folder(in));
    try {
      List<TensorEntry> entries = new ArrayList<>();
      files.forEach((name, file) -> {
        Tensor tensor = file.tensor(name);
        entries.add(
            new TensorEntry(
                name, dtype, tensor.shape(), () -> Conversion.to(dtype, file.tensor(name))));
      });
      SafetensorsWriter.write(out.resolve("model.safetensors"), entries, Map.of("format", "pt"));
    } finally {
      files.values().stream().distinct().forEach(SafetensorsFile::close);
    }
    copyOthers(in, out, dtype);
  }

  private static void copyOthers(Path in, Path out, DType dtype) {
    try (Stream<Path> all = Files.list(in)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.equals(HuggingFaceModel.CONFIG)) {
          ObjectNode config = JsonFile.object(file);
          config.put("torch_dtype", HubExport.torchName(dtype));
          JsonFile.write(out.resolve(name), config);
        } else if (name.matches(
            "(tokenizer.*|.*token.*|generation_config)\\.json|.*\\.jinja|tokenizer\\.model")) {
          Files.copy(file, out.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UsageException("cannot copy " + in + " to " + out + ": " + e, e);
    }
  }
}
