package org.decodebench.core.checkpoint;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;

/** Prints what is in a model file or folder; reads headers only. */
public final class Inspection {
  private record Row(String name, String type, String shape, long elements, long bytes) {}

  private final PrintStream out;
  private final List<Row> rows = new ArrayList<>();

  private Inspection(PrintStream out) {
    this.out = out;
  }

  /**
   * @param reference an embedded model's name, a {@code .gguf} or {@code .safetensors} file, or a
   *     folder
   * @throws UsageException if there is no such thing or it is damaged, naming file, field and
   *     offset
   */
  public static void print(String reference, PrintStream out) {
    new Inspection(out).print(reference);
  }

  private void print(String reference) {
    boolean embedded = Models.embedded().contains(reference);
    Path path = Path.of(reference);
    if (embedded) {
      printFolder(new ModelFiles.Embedded(reference), reference);
    } else if (Models.gguf(path).isPresent()) {
      printGguf(Models.gguf(path).get(), reference);
    } else if (Files.isRegularFile(path)) {
      line("file", path);
      line("format", "safetensors");
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        addRows(file);
      }
      printTensors();
    } else if (Files.isDirectory(path)) {
      printFolder(new ModelFiles.Folder(path), reference);
    } else {
      throw Models.unknown(reference);
    }
  }

  private void line(String name, Object value) {
    out.printf(Locale.ROOT, "%-14s %s%n", name, value);
  }

  private void printGguf(Path path, String reference) {
    try (GgufFile file = GgufFile.open(path)) {
      line("file", path);
      line("format", "GGUF " + file.version());
      line("size", file.size() + " bytes");
      for (GgufTensor t : file.tensors().values()) {
        rows.add(new Row(t.name(), t.type().name(), shape(t.shape()), t.elements(), t.bytes()));
      }
      printModel(reference);
      out.println("metadata");
      for (String key : file.metadata().keys()) {
        out.printf("  %s = %s%n", Quoted.of(key), file.metadata().display(key));
      }
    }
    printTensors();
  }

  private void printFolder(ModelFiles files, String reference) {
    line(files instanceof ModelFiles.Embedded ? "embedded" : "folder", files.name());
    line("format", "Hugging Face");
    Map<String, SafetensorsFile> tensors = HuggingFaceModel.tensors(files);
    List<SafetensorsFile> distinct = tensors.values().stream().distinct().toList();
    try {
      distinct.forEach(this::addRows);
    } finally {
      distinct.forEach(SafetensorsFile::close);
    }
    printModel(reference);
    printTensors();
  }

  private void addRows(SafetensorsFile file) {
    for (SafetensorsFile.Entry e : file.entries()) {
      long elements = Arrays.stream(e.shape()).reduce(1, (a, b) -> a * b);
      rows.add(new Row(e.name(), e.type(), Arrays.toString(e.shape()), elements, e.bytes()));
    }
  }

  private static String shape(int[] shape) {
    return Arrays.toString(shape);
  }

  /** The configuration as we read it, or why we do not. */
  private void printModel(String reference) {
    try (Checkpoint checkpoint = Models.open(reference)) {
      ModelConfig c = checkpoint.weights().config();
      line("architecture", c.architecture());
      line("vocabulary", c.vocabSize());
      line("hidden size", c.hiddenSize());
      line("layers", c.layers());
      line(
          "heads", "%d query, %d key/value, of %d".formatted(c.heads(), c.kvHeads(), c.headSize()));
      line("MLP", c.mlp().name().toLowerCase(Locale.ROOT) + " of " + c.mlpSize());
      line("context", c.contextLength());
      line("positions", positions(c));
      line("paradigm", paradigm(c));
      line("supported", "yes");
    } catch (UsageException e) {
      line("supported", "no: " + e.getMessage());
    }
  }

  private static String positions(ModelConfig c) {
    return switch (c.positions()) {
      case Positions.None none -> "none";
      case Positions.Learned learned -> "learned";
      case Positions.Rope(double theta, int rotary, RopeScaling scaling) -> {
        String scaled =
            switch (scaling) {
              case RopeScaling.None none -> "";
              case RopeScaling.Linear(double factor) -> ", linear scaling " + factor;
              case RopeScaling.Llama3 llama3 -> ", Llama 3 scaling " + llama3.factor();
            };
        String window = c.slidingWindow() > 0 ? ", window " + c.slidingWindow() : "";
        yield "rotary, theta " + theta + ", " + rotary + " of a head" + scaled + window;
      }
    };
  }

  private static String paradigm(ModelConfig c) {
    String name = c.paradigm().name().toLowerCase(Locale.ROOT).replace('_', '-');
    String mask = c.maskTokenId().isPresent() ? ", mask " + c.maskTokenId().getAsInt() : "";
    String block = c.blockSize() > 0 ? ", block " + c.blockSize() : "";
    return name + mask + block + ", logit shift " + c.logitShift();
  }

  private void printTensors() {
    Map<String, Long> types =
        rows.stream()
            .collect(Collectors.groupingBy(Row::type, TreeMap::new, Collectors.counting()));
    long elements = rows.stream().mapToLong(Row::elements).sum();
    long bytes = rows.stream().mapToLong(Row::bytes).sum();
    line("parameters", elements);
    line("tensors", rows.size() + " of " + bytes + " bytes");
    line(
        "types",
        types.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", ")));
    Optional<Integer> width = rows.stream().map(r -> r.name().length()).max(Integer::compare);
    for (Row row : rows) {
      out.printf(
          Locale.ROOT,
          "  %-" + Math.clamp(width.orElse(1), 1, 60) + "s %-5s %-16s %d bytes%n",
          Quoted.bare(row.name()),
          Quoted.bare(row.type()),
          row.shape(),
          row.bytes());
    }
  }
}
