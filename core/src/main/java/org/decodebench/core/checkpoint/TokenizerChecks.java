package org.decodebench.core.checkpoint;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.decodebench.core.UsageException;
import tools.jackson.databind.JsonNode;

/**
 * Checks a tokenizer.json before the native library sees it. The library trusts its input in places
 * and ends the whole process where a template names a token that is not there or a rare kind of
 * normaliser meets a text it did not expect. So only the kinds of parts are let through that the
 * supported families use, and what they refer to must exist.
 */
final class TokenizerChecks {
  private final String file;
  private final int vocabSize;

  TokenizerChecks(String file, int vocabSize) {
    this.file = file;
    this.vocabSize = vocabSize;
  }

  /**
   * @param json the whole file
   * @throws UsageException naming what is wrong
   */
  void check(JsonNode json) {
    for (String field : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      JsonNode value = json.path("model").path(field);
      boolean without = value.isMissingNode() || value.isNull() || value.asString("x").isEmpty();
      require(without, "model." + field + " " + Quoted.of(value.toString()));
    }
    kinds(
        json.path("normalizer"),
        "normalizer",
        "normalizers",
        Set.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Prepend", "Replace"));
    kinds(
        json.path("pre_tokenizer"),
        "pre_tokenizer",
        "pretokenizers",
        Set.of("ByteLevel", "Digits", "Metaspace", "Punctuation", "Split", "Whitespace"));
    kinds(
        json.path("decoder"),
        "decoder",
        "decoders",
        Set.of("ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Replace", "Strip"));
    kinds(
        json.path("post_processor"),
        "post_processor",
        "processors",
        Set.of("ByteLevel", "TemplateProcessing"));
  }

  /** One part, or a sequence of parts. */
  private void kinds(JsonNode part, String field, String list, Set<String> supported) {
    if (part.isMissingNode() || part.isNull()) {
      return;
    }
    String type = part.path("type").asString("");
    if (type.equals("Sequence")) {
      for (JsonNode one : array(part.path(list), list)) {
        kinds(one, field, list, supported);
      }
    } else if (!supported.contains(type)) {
      throw new UsageException(
          "%s: %s %s is not supported; supported are %s"
              .formatted(
                  file, field, Quoted.of(type), String.join(", ", new TreeSet<>(supported))));
    }
    switch (type) {
      case "TemplateProcessing" -> template(part);
      case "Prepend" -> require(!part.path("prepend").asString("").isEmpty(), "an empty Prepend");
      case "Replace" ->
          require(!part.path("pattern").path("String").asString("x").isEmpty(), "an empty pattern");
      // The library cuts both ends without looking how long the text is.
      case "Strip" ->
          require(
              part.path("start").asInt(9) <= 1 && part.path("stop").asInt(9) == 0,
              "Strip other than of one leading character");
      default -> {}
    }
  }

  private void require(boolean good, String what) {
    if (!good) {
      throw new UsageException(file + ": " + what + " is not supported");
    }
  }

  private void template(JsonNode processor) {
    JsonNode tokens = processor.path("special_tokens");
    if (!tokens.isObject()) {
      throw bad("special_tokens is no object");
    }
    tokens.forEachEntry((name, token) -> {
      JsonNode ids = array(token.path("ids"), "special_tokens ids");
      JsonNode texts = array(token.path("tokens"), "special_tokens tokens");
      if (ids.isEmpty() || ids.size() != texts.size()) {
        throw bad("special token " + Quoted.of(name) + " needs one id a token");
      }
      ids.forEach(id -> id(id, name));
    });
    for (String template : new String[] {"single", "pair"}) {
      for (JsonNode piece : array(processor.path(template), template)) {
        JsonNode special = piece.path("SpecialToken");
        String name = special.path("id").asString("");
        if (!special.isMissingNode() && !tokens.has(name)) {
          throw bad("template names " + Quoted.of(name) + ", which is not in special_tokens");
        }
      }
    }
  }

  private void id(JsonNode node, String name) {
    int id = JsonFile.index(node).orElse(-1);
    if (id < 0 || id >= vocabSize) {
      throw bad(
          "id %s of %s is outside the vocabulary of %d"
              .formatted(Quoted.of(node.toString()), Quoted.of(name), vocabSize));
    }
  }

  private JsonNode array(JsonNode node, String field) {
    if (!node.isArray()) {
      throw bad(field + " is no array");
    }
    return node;
  }

  private UsageException bad(String what) {
    return new UsageException(file + ": post_processor: " + what);
  }
}
