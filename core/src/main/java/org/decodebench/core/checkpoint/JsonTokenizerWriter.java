package org.decodebench.core.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.TokenizerData.BytePairs;
import org.decodebench.core.checkpoint.TokenizerData.Common;
import org.decodebench.core.checkpoint.TokenizerData.Own;
import org.decodebench.core.checkpoint.TokenizerData.SentencePiece;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.Vocabulary.Kind;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes tokenizer.json and tokenizer_config.json. */
final class JsonTokenizerWriter {
  private final Common common;
  private final ObjectNode json = JsonFile.MAPPER.createObjectNode();

  private JsonTokenizerWriter(Common common) {
    this.common = common;
  }

  /** Nothing for our own tokenizers, which config.json names. */
  static void write(TokenizerData data, Path folder) {
    switch (data) {
      case Own own -> {}
      case BytePairs(Common common, String[] merges, PreTokenizer words) ->
          new JsonTokenizerWriter(common).bytePairs(merges, words).write(folder);
      case SentencePiece(Common common, float[] scores, boolean spacePrefix) ->
          new JsonTokenizerWriter(common).sentencePiece(scores, spacePrefix).write(folder);
    }
  }

  private void write(Path folder) {
    JsonFile.write(folder.resolve("tokenizer.json"), json);
    ObjectNode settings = JsonFile.MAPPER.createObjectNode();
    text(common.begin()).ifPresent(t -> settings.put("bos_token", t));
    text(common.end()).ifPresent(t -> settings.put("eos_token", t));
    text(common.unknown()).ifPresent(t -> settings.put("unk_token", t));
    common.chatTemplate().ifPresent(t -> settings.put("chat_template", t));
    settings.put("tokenizer_class", "PreTrainedTokenizerFast");
    JsonFile.write(folder.resolve("tokenizer_config.json"), settings);
  }

  private java.util.Optional<String> text(OptionalInt id) {
    return id.isPresent()
        ? java.util.Optional.of(common.texts()[id.getAsInt()])
        : java.util.Optional.empty();
  }

  private JsonTokenizerWriter bytePairs(String[] merges, PreTokenizer words) {
    start();
    json.putNull("normalizer");
    preTokenizer(words);
    postProcessor();
    ObjectNode decoder = json.putObject("decoder");
    byteLevel(decoder, true);
    ArrayNode list = model(false);
    for (String merge : merges) {
      list.add(merge);
    }
    return this;
  }

  private JsonTokenizerWriter sentencePiece(float[] scores, boolean spacePrefix) {
    start();
    ArrayNode normalizers = sequence("normalizer", "normalizers");
    if (spacePrefix) {
      normalizers.addObject().put("type", "Prepend").put("prepend", "\u2581");
    }
    replace(normalizers.addObject(), " ", "\u2581");
    json.putNull("pre_tokenizer");
    postProcessor();
    ArrayNode decoders = sequence("decoder", "decoders");
    replace(decoders.addObject(), "\u2581", " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (spacePrefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    ArrayNode list = model(true);
    merges(scores).forEach(pair -> list.addArray().add(pair[0]).add(pair[1]));
    return this;
  }

  private void start() {
    json.put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < common.texts().length; id++) {
      Kind kind = common.kinds()[id];
      if (kind == Kind.CONTROL || kind == Kind.UNKNOWN || kind == Kind.USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", common.texts()[id])
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", kind != Kind.USER_DEFINED);
      }
    }
  }

  private ArrayNode sequence(String field, String list) {
    ObjectNode node = json.putObject(field);
    node.put("type", "Sequence");
    return node.putArray(list);
  }

  private static void replace(ObjectNode node, String from, String to) {
    node.put("type", "Replace");
    node.putObject("pattern").put("String", from);
    node.put("content", to);
  }

  private void preTokenizer(PreTokenizer words) {
    switch (words) {
      case GPT_2 -> byteLevel(json.putObject("pre_tokenizer"), true);
      case SMOLLM, STARCODER -> {
        ArrayNode parts = sequence("pre_tokenizer", "pretokenizers");
        parts.addObject().put("type", "Digits").put("individual_digits", true);
        byteLevel(parts.addObject(), true);
      }
      case LLAMA_BPE, QWEN2 -> {
        ArrayNode parts = sequence("pre_tokenizer", "pretokenizers");
        String digits = words == PreTokenizer.QWEN2 ? "\\p{N}" : "\\p{N}{1,3}";
        ObjectNode split = parts.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", JsonTokenizerData.SPLIT.formatted(digits));
        split.put("behavior", "Isolated").put("invert", false);
        byteLevel(parts.addObject(), false);
      }
      default ->
          throw new UsageException(
              "no tokenizer.json is written for the pre-tokenizer " + words.ggufName());
    }
  }

  private static void byteLevel(ObjectNode node, boolean regex) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  private void postProcessor() {
    if (!common.addBegin() && !common.addEnd()) {
      json.putNull("post_processor");
      return;
    }
    ObjectNode node = json.putObject("post_processor");
    node.put("type", "TemplateProcessing");
    ArrayNode single = node.putArray("single");
    ArrayNode pair = node.putArray("pair");
    ObjectNode special = node.putObject("special_tokens");
    if (common.addBegin() && common.begin().isPresent()) {
      special(single, special, common.begin().getAsInt());
      special(pair, special, common.begin().getAsInt());
    }
    sequence(single, "A");
    sequence(pair, "A");
    sequence(pair, "B");
    if (common.addEnd() && common.end().isPresent()) {
      special(single, special, common.end().getAsInt());
    }
  }

  private void special(ArrayNode template, ObjectNode special, int id) {
    String text = common.texts()[id];
    template.addObject().putObject("SpecialToken").put("id", text).put("type_id", 0);
    ObjectNode token = special.putObject(text);
    token.put("id", text);
    token.putArray("ids").add(id);
    token.putArray("tokens").add(text);
  }

  private static void sequence(ArrayNode template, String id) {
    template.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
  }

  /** The list of merges, to be filled. */
  private ArrayNode model(boolean byteFallback) {
    ObjectNode model = json.putObject("model");
    model.put("type", "BPE");
    model.putNull("dropout");
    text(common.unknown())
        .ifPresentOrElse(t -> model.put("unk_token", t), () -> model.putNull("unk_token"));
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", byteFallback);
    model.put("byte_fallback", byteFallback);
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < common.texts().length; id++) {
      vocab.put(common.texts()[id], id);
    }
    return model.putArray("merges");
  }

  /** Every way to make a token of two others; the token with the highest score comes first. */
  private List<String[]> merges(float[] scores) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < common.texts().length; id++) {
      ids.put(common.texts()[id], id);
    }
    record Merge(String left, String right, float score, int id) {}
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < scores.length; id++) {
      String text = common.texts()[id];
      for (int cut = 1; common.kinds()[id] == Kind.NORMAL && cut < text.length(); cut++) {
        String left = text.substring(0, cut);
        String right = text.substring(cut);
        if (ids.containsKey(left) && ids.containsKey(right)) {
          merges.add(new Merge(left, right, scores[id], id));
        }
      }
    }
    merges.sort(Comparator.comparingDouble((Merge m) -> -m.score()).thenComparingInt(Merge::id));
    return merges.stream().map(m -> new String[] {m.left(), m.right()}).toList();
  }
}
