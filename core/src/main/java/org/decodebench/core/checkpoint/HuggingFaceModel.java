package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A model folder in Hugging Face's layout: config.json and safetensors, single or in shards. */
final class HuggingFaceModel implements WeightSource {
  static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final ModelFiles files;
  private final ModelConfig config;
  private final Map<String, SafetensorsFile> fileOf;
  private final CanonicalTensors tensors;

  private HuggingFaceModel(
      ModelFiles files,
      ModelConfig config,
      TensorLayout layout,
      Map<String, SafetensorsFile> fileOf) {
    this.files = files;
    this.config = config;
    this.fileOf = fileOf;
    this.tensors =
        new CanonicalTensors(
            files.name(), config, layout, fileOf.keySet(), name -> fileOf.get(name).tensor(name));
  }

  /**
   * @throws UsageException if a file is missing or damaged, or the model is not supported
   */
  static Checkpoint open(ModelFiles files) {
    ObjectNode json = files.json(CONFIG);
    ModelConfig config = HuggingFaceConfig.read(files.name() + "/" + CONFIG, json, mask(files));
    Tokenizer tokenizer = tokenizer(files, json);
    Map<String, SafetensorsFile> fileOf = tensors(files);
    try {
      TensorLayout layout = HuggingFaceConfig.layout(json);
      return new Checkpoint(new HuggingFaceModel(files, config, layout, fileOf), tokenizer);
    } catch (RuntimeException e) {
      closeAll(fileOf.values());
      throw e;
    }
  }

  /** The tokenizer's mask token; some diffusion models are known by it alone. */
  private static OptionalInt mask(ModelFiles files) {
    if (!files.has(TOKENIZER_CONFIG)) {
      return OptionalInt.empty();
    }
    ObjectNode json = files.json(TOKENIZER_CONFIG);
    JsonNode mask = json.path("mask_token");
    String text = (mask.isObject() ? mask.path("content") : mask).asString("");
    for (Map.Entry<String, JsonNode> token : json.path("added_tokens_decoder").properties()) {
      if (!text.isEmpty()
          && token.getValue().path("content").asString("").equals(text)
          && token.getKey().matches("\\d{1,9}")) {
        return OptionalInt.of(Integer.parseInt(token.getKey()));
      }
    }
    return OptionalInt.empty();
  }

  private static Tokenizer tokenizer(ModelFiles files, JsonNode json) {
    String name = json.path("decodebench").path("tokenizer").asString("");
    if (name.isEmpty()) {
      return folderTokenizer(files);
    }
    try {
      return GgufTokenizers.own(name);
    } catch (UsageException e) {
      throw new UsageException(files.name() + "/" + CONFIG + ": " + e.getMessage(), e);
    }
  }

  private static Tokenizer folderTokenizer(ModelFiles files) {
    return switch (files) {
      case ModelFiles.Folder folder -> JsonTokenizers.of(folder.path());
      case ModelFiles.Embedded embedded ->
          throw new UsageException("embedded model " + embedded.name() + " names no tokenizer");
    };
  }

  /**
   * What the tokenizer of a model is made of.
   *
   * @param reference an embedded model's name or a folder
   */
  static TokenizerData tokenizerData(String reference) {
    ModelFiles files =
        Models.embedded().contains(reference)
            ? new ModelFiles.Embedded(reference)
            : new ModelFiles.Folder(Path.of(reference));
    String own = files.json(CONFIG).path("decodebench").path("tokenizer").asString("");
    if (!own.isEmpty()) {
      return new TokenizerData.Own(own);
    }
    ObjectNode settings =
        files.has(TOKENIZER_CONFIG)
            ? files.json(TOKENIZER_CONFIG)
            : JsonFile.MAPPER.createObjectNode();
    return JsonTokenizerData.read(
        files.name() + "/" + TOKENIZER, files.json(TOKENIZER), settings, chatTemplate(files));
  }

  /** From its own file, or from the tokenizer's settings. */
  static Optional<String> chatTemplate(ModelFiles files) {
    Optional<String> own = files.text("chat_template.jinja");
    if (own.isPresent() || !files.has(TOKENIZER_CONFIG)) {
      return own;
    }
    JsonNode template = files.json(TOKENIZER_CONFIG).path("chat_template");
    if (template.isArray()) {
      // Several, by name.
      for (JsonNode one : template) {
        if (one.path("name").asString("").equals("default")) {
          return Optional.of(one.path("template").asString(""));
        }
      }
    }
    return Optional.of(template.asString("")).filter(t -> !t.isEmpty());
  }

  static Map<String, SafetensorsFile> tensors(ModelFiles files) {
    Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
    if (files.has(SINGLE) || !files.has(INDEX)) {
      SafetensorsFile file = files.safetensors(SINGLE);
      file.names().forEach(name -> fileOf.put(name, file));
      return fileOf;
    }
    Map<String, SafetensorsFile> opened = new HashMap<>();
    try {
      files
          .json(INDEX)
          .path("weight_map")
          .forEachEntry((name, shard) -> fileOf.put(name, shard(files, name, shard, opened)));
    } catch (RuntimeException e) {
      closeAll(opened.values());
      throw e;
    }
    return fileOf;
  }

  private static SafetensorsFile shard(
      ModelFiles files, String tensor, JsonNode shard, Map<String, SafetensorsFile> opened) {
    String file = shard.asString("");
    // A name with a path in it could lead out of the folder.
    if (!file.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
      throw new UsageException(
          "%s/%s: weight_map gives tensor %s the file name %s"
              .formatted(files.name(), INDEX, Quoted.of(tensor), Quoted.of(file)));
    }
    SafetensorsFile open = opened.computeIfAbsent(file, files::safetensors);
    if (!open.names().contains(tensor)) {
      throw new UsageException(
          "%s/%s: tensor %s is not in %s where weight_map says it is"
              .formatted(files.name(), INDEX, Quoted.of(tensor), file));
    }
    return open;
  }

  @Override
  public String name() {
    return files.name();
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return tensors.names();
  }

  @Override
  public Optional<Tensor> find(String name) {
    return tensors.make(name);
  }

  @Override
  public void close() {
    closeAll(fileOf.values());
  }

  private static void closeAll(Collection<SafetensorsFile> files) {
    new java.util.HashSet<>(files).forEach(SafetensorsFile::close);
  }
}
