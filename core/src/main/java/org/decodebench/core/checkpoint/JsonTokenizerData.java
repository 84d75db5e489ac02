package org.decodebench.core.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.TokenizerData.BytePairs;
import org.decodebench.core.checkpoint.TokenizerData.Common;
import org.decodebench.core.checkpoint.TokenizerData.SentencePiece;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.Vocabulary.Kind;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes a tokenizer.json apart, so that it can be written into a GGUF file. */
final class JsonTokenizerData {
  private final String file;
  private final JsonNode json;
  private final JsonNode settings;

  private JsonTokenizerData(String file, JsonNode json, JsonNode settings) {
    this.file = file;
    this.json = json;
    this.settings = settings;
  }

  /**
   * @param json a tokenizer.json
   * @param settings a tokenizer_config.json
   * @param chatTemplate if there is one
   * @throws UsageException if GGUF has no way to say it
   */
  static TokenizerData read(
      String file, ObjectNode json, JsonNode settings, Optional<String> chatTemplate) {
    return new JsonTokenizerData(file, json, settings).read(chatTemplate);
  }

  private TokenizerData read(Optional<String> chatTemplate) {
    JsonNode model = json.path("model");
    if (!model.path("type").asString("BPE").equals("BPE")) {
      throw new UsageException(file + ": only BPE tokenizers can be converted");
    }
    boolean byteFallback = model.path("byte_fallback").asBoolean(false);
    Common common = common(model, byteFallback, chatTemplate);
    return byteFallback
        ? new SentencePiece(common, scores(model, common), spacePrefix())
        : new BytePairs(common, merges(model), words());
  }

  private Common common(JsonNode model, boolean byteFallback, Optional<String> chatTemplate) {
    TreeMap<Integer, String> texts = new TreeMap<>();
    Map<Integer, Kind> special = new HashMap<>();
    model.path("vocab").forEachEntry((text, id) -> texts.put(id.asInt(-1), text));
    for (JsonNode token : json.path("added_tokens")) {
      int id = token.path("id").asInt(-1);
      texts.put(id, token.path("content").asString(""));
      special.put(id, token.path("special").asBoolean(false) ? Kind.CONTROL : Kind.USER_DEFINED);
    }
    if (texts.isEmpty() || texts.firstKey() < 0) {
      throw new UsageException(file + ": the vocabulary is empty or has bad ids");
    }
    String unknown = model.path("unk_token").asString("");
    int size = texts.lastKey() + 1;
    String[] all = new String[size];
    Kind[] kinds = new Kind[size];
    for (int id = 0; id < size; id++) {
      String text = texts.get(id);
      all[id] = text == null ? "[PAD" + id + "]" : text;
      boolean isByte = byteFallback && all[id].matches("<0x[0-9A-F]{2}>");
      Kind plain = text == null ? Kind.UNUSED : isByte ? Kind.BYTE : Kind.NORMAL;
      kinds[id] = all[id].equals(unknown) ? Kind.UNKNOWN : special.getOrDefault(id, plain);
    }
    Map<String, Integer> ids = new HashMap<>();
    texts.forEach((id, text) -> ids.put(text, id));
    return new Common(
        all,
        kinds,
        named(ids, settings.path("bos_token")),
        named(ids, settings.path("eos_token")),
        ids.containsKey(unknown) ? OptionalInt.of(ids.get(unknown)) : OptionalInt.empty(),
        edge(true),
        edge(false),
        chatTemplate);
  }

  private static OptionalInt named(Map<String, Integer> ids, JsonNode token) {
    String text = (token.isObject() ? token.path("content") : token).asString("");
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether the post-processor puts a special token before or after a text. */
  private boolean edge(boolean first) {
    for (JsonNode processor : flat(json.path("post_processor"), "processors")) {
      JsonNode single = processor.path("single");
      JsonNode piece = single.path(first ? 0 : single.size() - 1);
      if (!piece.path("SpecialToken").isMissingNode()) {
        return true;
      }
    }
    return false;
  }

  private static List<JsonNode> flat(JsonNode part, String list) {
    List<JsonNode> parts = new ArrayList<>();
    if (part.path("type").asString("").equals("Sequence")) {
      part.path(list).forEach(one -> parts.addAll(flat(one, list)));
    } else if (part.isObject()) {
      parts.add(part);
    }
    return parts;
  }

  private String[] merges(JsonNode model) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray()
              ? merge.path(0).asString("") + " " + merge.path(1).asString("")
              : merge.asString(""));
    }
    return merges.toArray(String[]::new);
  }

  /** A token is worth as much as the first merge that makes it comes early. */
  private float[] scores(JsonNode model, Common common) {
    Map<String, Integer> ranks = new HashMap<>();
    for (String merge : merges(model)) {
      ranks.putIfAbsent(merge.replaceFirst(" ", ""), ranks.size());
    }
    float[] scores = new float[common.texts().length];
    for (int id = 0; id < scores.length; id++) {
      Integer rank = ranks.get(common.texts()[id]);
      scores[id] = common.kinds()[id] == Kind.NORMAL ? (rank == null ? -1e9f : -rank) : 0;
    }
    return scores;
  }

  private boolean spacePrefix() {
    for (JsonNode part : flat(json.path("normalizer"), "normalizers")) {
      if (part.path("type").asString("").equals("Prepend")) {
        return true;
      }
    }
    for (JsonNode part : flat(json.path("pre_tokenizer"), "pretokenizers")) {
      if (part.path("type").asString("").equals("Metaspace")) {
        return !part.path("prepend_scheme").asString("always").equals("never");
      }
    }
    return false;
  }

  /** GGUF names pre-tokenizers instead of holding their expressions. */
  private PreTokenizer words() {
    List<JsonNode> parts = flat(json.path("pre_tokenizer"), "pretokenizers");
    List<String> kinds =
        parts.stream()
            .map(p -> p.path("type").asString(""))
            .sorted(Comparator.naturalOrder())
            .toList();
    boolean useRegex =
        parts.stream()
            .filter(p -> p.path("type").asString("").equals("ByteLevel"))
            .allMatch(p -> p.path("use_regex").asBoolean(true));
    if (kinds.equals(List.of("ByteLevel")) && useRegex) {
      return PreTokenizer.GPT_2;
    }
    if (kinds.equals(List.of("ByteLevel", "Digits")) && useRegex) {
      return PreTokenizer.SMOLLM;
    }
    if (kinds.equals(List.of("ByteLevel", "Split")) && !useRegex) {
      String expression = parts.getFirst().path("pattern").path("Regex").asString("");
      if (expression.equals(SPLIT.formatted("\\p{N}{1,3}"))) {
        return PreTokenizer.LLAMA_BPE;
      }
      if (expression.equals(SPLIT.formatted("\\p{N}"))) {
        return PreTokenizer.QWEN2;
      }
    }
    throw new UsageException(
        "%s: GGUF has no name for this pre-tokenizer (%s)"
            .formatted(file, Quoted.of(json.path("pre_tokenizer").toString())));
  }

  /** As Llama 3 and Qwen 2 publish it; they differ in how digits are taken. */
  static final String SPLIT =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
}
