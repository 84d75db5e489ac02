package org.decodebench.core.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.NativeTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.Vocabulary.Edges;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the tokenizer of a Hugging Face folder: {@code tokenizer.json}, and which tokens begin and
 * end a text from {@code tokenizer_config.json}, {@code generation_config.json} and {@code
 * config.json}. The vocabulary is checked here, before native code sees the file.
 */
final class JsonTokenizers {
  private static final int MOST_TOKENS = 1 << 24;

  private final String file;
  private final ObjectNode json;
  private final Map<String, Integer> ids = new HashMap<>();

  private JsonTokenizers(String file, ObjectNode json) {
    this.file = file;
    this.json = json;
  }

  /**
   * @param folder of a model
   * @throws UsageException if there is no tokenizer.json, or it is damaged or not supported
   */
  static Tokenizer of(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "no tokenizer.json in %s; save it there with save_pretrained of a fast tokenizer"
              .formatted(folder));
    }
    return of(
        file.toString(),
        JsonFile.object(file),
        optional(folder.resolve("tokenizer_config.json")),
        optional(folder.resolve("generation_config.json")),
        optional(folder.resolve("config.json")));
  }

  private static JsonNode optional(Path file) {
    return Files.isRegularFile(file) ? JsonFile.object(file) : JsonFile.MAPPER.createObjectNode();
  }

  /** The same from memory, for tests. */
  static Tokenizer of(
      String file, ObjectNode json, JsonNode settings, JsonNode generation, JsonNode config) {
    return new JsonTokenizers(file, json).make(settings, generation, config);
  }

  private Tokenizer make(JsonNode settings, JsonNode generation, JsonNode config) {
    readModel();
    ArrayNode added = addedTokens();
    String[] texts = new String[checkedSize()];
    ids.forEach((text, id) -> texts[id] = text);
    new TokenizerChecks(file, texts.length).check(json);
    // Both would change ids behind the caller's back, and padding to a huge length would kill the
    // process.
    json.remove("truncation");
    json.remove("padding");
    Set<String> special = new LinkedHashSet<>();
    ObjectNode plain = json.deepCopy();
    ArrayNode kept = plain.putArray("added_tokens");
    for (JsonNode token : added) {
      if (token.path("special").asBoolean(false)) {
        special.add(token.path("content").asString());
      } else {
        kept.add(token);
      }
    }
    return NativeTokenizer.of(
        file,
        json.toString(),
        special.isEmpty() ? json.toString() : plain.toString(),
        new NativeTokenizer.Names(texts, special, isByteLevel()),
        edges(settings, generation, config));
  }

  private void readModel() {
    JsonNode model = json.path("model");
    String type = model.path("type").asString("BPE");
    if (!type.equals("BPE")) {
      throw bad("model.type is %s; only BPE is supported".formatted(Quoted.of(type)));
    }
    JsonNode vocab = model.path("vocab");
    if (!vocab.isObject() || vocab.isEmpty()) {
      throw bad("model.vocab is no object with tokens");
    }
    vocab.forEachEntry((text, id) -> add("model.vocab entry " + Quoted.of(text), text, id));
  }

  private ArrayNode addedTokens() {
    JsonNode node = json.path("added_tokens");
    if (node.isMissingNode() || node.isNull()) {
      return JsonFile.MAPPER.createArrayNode();
    }
    if (!(node instanceof ArrayNode added)) {
      throw bad("added_tokens is no array");
    }
    int i = 0;
    for (JsonNode token : added) {
      String field = "added_tokens entry " + i++;
      if (!token.path("content").isString() || token.path("content").asString().isEmpty()) {
        throw bad(field + " has no content");
      }
      add(field, token.path("content").asString(), token.path("id"));
    }
    return added;
  }

  private void add(String field, String text, JsonNode id) {
    OptionalInt value = JsonFile.index(id);
    if (value.isEmpty() || value.getAsInt() >= MOST_TOKENS) {
      throw bad(
          "%s has id %s where a whole number below %d is needed"
              .formatted(field, Quoted.of(id.toString()), MOST_TOKENS));
    }
    Integer before = ids.put(text, value.getAsInt());
    if (before != null && before != value.getAsInt()) {
      throw bad("%s has id %d, but also %d".formatted(field, value.getAsInt(), before));
    }
  }

  /** Holes are fine, but a single huge id shall not make a huge table. */
  private int checkedSize() {
    int largest = ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    if (largest > 1000 + 4L * ids.size()) {
      throw bad("a token has id %d in a vocabulary of %d".formatted(largest, ids.size()));
    }
    return largest + 1;
  }

  private boolean isByteLevel() {
    JsonNode decoder = json.path("decoder");
    if (decoder.path("type").asString("").equals("ByteLevel")) {
      return true;
    }
    for (JsonNode part : decoder.path("decoders")) {
      if (part.path("type").asString("").equals("ByteLevel")) {
        return true;
      }
    }
    return false;
  }

  private Edges edges(JsonNode settings, JsonNode generation, JsonNode config) {
    OptionalInt begin = named(settings.path("bos_token"));
    if (begin.isEmpty()) {
      begin = JsonFile.index(config.path("bos_token_id"));
    }
    Set<Integer> ends = new LinkedHashSet<>();
    named(settings.path("eos_token")).ifPresent(ends::add);
    for (JsonNode node :
        new JsonNode[] {generation.path("eos_token_id"), config.path("eos_token_id")}) {
      for (JsonNode one : node.isArray() ? node : java.util.List.of(node)) {
        JsonFile.index(one).ifPresent(ends::add);
      }
    }
    OptionalInt end = ends.stream().mapToInt(Integer::intValue).findFirst();
    // What stands around a text is the post-processor's business here.
    return new Edges(begin, ends, end, false, false);
  }

  /** The id of a token given as a string or as an object with its content. */
  private OptionalInt named(JsonNode token) {
    String text = (token.isObject() ? token.path("content") : token).asString("");
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private UsageException bad(String what) {
    return new UsageException(file + ": " + what);
  }
}
