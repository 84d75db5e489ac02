package org.decodebench.core.checkpoint;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A model folder in Hugging Face's layout: config.json and safetensors, single or in shards. */
final class HuggingFaceModel implements WeightSource {
  static final String CONFIG = "config.json";
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** Tensors that some exporters add and no forward pass needs. */
  private static final Pattern REDUNDANT = Pattern.compile(".*rotary_emb\\.inv_freq");

  private static final Pattern CANONICAL =
      Pattern.compile(
          "model\\.embed_tokens\\.weight|model\\.norm\\.weight|lm_head\\.(weight|bias)"
              + "|model\\.layers\\.(?<layer>0|[1-9][0-9]{0,5})\\.("
              + "(input_layernorm|post_attention_layernorm)\\.weight"
              + "|self_attn\\.[qkvo]_proj\\.(weight|bias)"
              + "|self_attn\\.(?<headnorm>[qk]_norm)\\.weight"
              + "|mlp\\.(gate|up|down)_proj\\.(weight|bias))");

  private final ModelFiles files;
  private final ModelConfig config;
  private final Map<String, SafetensorsFile> fileOf;

  private HuggingFaceModel(
      ModelFiles files, ModelConfig config, Map<String, SafetensorsFile> fileOf) {
    this.files = files;
    this.config = config;
    this.fileOf = fileOf;
  }

  /**
   * @throws UsageException if a file is missing or damaged, or the model is not supported
   */
  static Checkpoint open(ModelFiles files) {
    ObjectNode json = files.json(CONFIG);
    ModelConfig config = HuggingFaceConfig.read(files.name() + "/" + CONFIG, json);
    Tokenizer tokenizer = tokenizer(files, json);
    HuggingFaceModel model = new HuggingFaceModel(files, config, tensors(files));
    try {
      model.checkNames();
      return new Checkpoint(model, tokenizer);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static Tokenizer tokenizer(ModelFiles files, JsonNode json) {
    JsonNode name = json.path("decodebench").path("tokenizer");
    return switch (name.asString("")) {
      case "tales" -> Sources.byName("tales").tokenizer();
      case "bytes" -> new ByteTokenizer();
      case "" -> folderTokenizer(files);
      default ->
          throw new UsageException(
              "%s/%s: field 'decodebench.tokenizer' is %s; supported: tales, bytes"
                  .formatted(files.name(), CONFIG, Quoted.of(name.asString())));
    };
  }

  private static Tokenizer folderTokenizer(ModelFiles files) {
    return switch (files) {
      case ModelFiles.Folder folder -> JsonTokenizers.of(folder.path());
      case ModelFiles.Embedded embedded ->
          throw new UsageException("embedded model " + embedded.name() + " names no tokenizer");
    };
  }

  private static Map<String, SafetensorsFile> tensors(ModelFiles files) {
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

  /** A tensor that the forward pass would not use means that it is another model than we think. */
  private void checkNames() {
    for (String name : fileOf.keySet()) {
      var match = CANONICAL.matcher(name);
      boolean known =
          match.matches()
              && (match.group("layer") == null
                  || Integer.parseInt(match.group("layer")) < config.layers())
              && (match.group("headnorm") == null || config.qkNorm());
      if (!known && !REDUNDANT.matcher(name).matches()) {
        throw new UsageException(
            "%s: tensor %s is no part of a %s model of %d layers"
                .formatted(name(), Quoted.of(name), config.architecture(), config.layers()));
      }
    }
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
    return new TreeSet<>(fileOf.keySet());
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(fileOf.get(name)).map(file -> file.tensor(name));
  }

  @Override
  public void close() {
    closeAll(fileOf.values());
  }

  private static void closeAll(Collection<SafetensorsFile> files) {
    new java.util.HashSet<>(files).forEach(SafetensorsFile::close);
  }
}
