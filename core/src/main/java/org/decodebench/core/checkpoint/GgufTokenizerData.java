package org.decodebench.core.checkpoint;

import java.util.Map;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.TokenizerData.BytePairs;
import org.decodebench.core.checkpoint.TokenizerData.Common;
import org.decodebench.core.checkpoint.TokenizerData.Own;
import org.decodebench.core.checkpoint.TokenizerData.SentencePiece;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.Vocabulary.Kind;

/** A tokenizer in a GGUF file's metadata, read and written. */
final class GgufTokenizerData {
  static final String KEY = "tokenizer.ggml.";
  static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  /** Names one of our own tokenizers, which need no vocabulary in the file. */
  static final String OWN = "decodebench.tokenizer";

  private GgufTokenizerData() {}

  /**
   * @throws UsageException if there is no vocabulary or it is of a kind that is not supported
   */
  static TokenizerData read(GgufMetadata metadata) {
    if (metadata.has(OWN)) {
      return new Own(metadata.requiredText(OWN));
    }
    String model = metadata.requiredText(KEY + "model");
    return switch (model) {
      case "llama" -> sentencePiece(metadata);
      case "gpt2" -> bytePairs(metadata);
      default ->
          throw new UsageException(
              "%s: metadata %smodel is %s; supported are 'llama' (SentencePiece) and 'gpt2' (BPE)"
                  .formatted(metadata.file(), KEY, Quoted.of(model)));
    };
  }

  private static SentencePiece sentencePiece(GgufMetadata metadata) {
    Common common = common(metadata, true);
    double[] wide =
        metadata.numbers(KEY + "scores").orElseThrow(() -> metadata.missing(KEY + "scores"));
    checkLength(metadata, "scores", wide.length, common.texts().length);
    float[] scores = new float[wide.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) wide[i];
    }
    return new SentencePiece(common, scores, metadata.flag(KEY + "add_space_prefix").orElse(true));
  }

  private static BytePairs bytePairs(GgufMetadata metadata) {
    String[] merges =
        metadata.texts(KEY + "merges").orElseThrow(() -> metadata.missing(KEY + "merges"));
    String name = metadata.text(KEY + "pre").orElse("default");
    PreTokenizer words =
        PreTokenizer.byName(name)
            .orElseThrow(() ->
                new UsageException(
                    "%s: metadata %spre is %s; supported are %s"
                        .formatted(metadata.file(), KEY, Quoted.of(name), PreTokenizer.known())));
    return new BytePairs(common(metadata, words == PreTokenizer.LLAMA_BPE), merges, words);
  }

  private static Common common(GgufMetadata metadata, boolean addBegin) {
    String[] texts =
        metadata.texts(KEY + "tokens").orElseThrow(() -> metadata.missing(KEY + "tokens"));
    if (texts.length == 0) {
      throw new UsageException("%s: metadata %stokens is empty".formatted(metadata.file(), KEY));
    }
    return new Common(
        texts,
        kinds(metadata, texts.length),
        id(metadata, "bos_token_id", texts.length),
        id(metadata, "eos_token_id", texts.length),
        id(metadata, "unknown_token_id", texts.length),
        metadata.flag(KEY + "add_bos_token").orElse(addBegin),
        metadata.flag(KEY + "add_eos_token").orElse(false),
        metadata.text(CHAT_TEMPLATE));
  }

  private static Kind[] kinds(GgufMetadata metadata, int count) {
    Kind[] known = Kind.values();
    Kind[] kinds = new Kind[count];
    long[] numbers = metadata.integers(KEY + "token_type").orElse(null);
    if (numbers != null) {
      checkLength(metadata, "token_type", numbers.length, count);
    }
    for (int i = 0; i < count; i++) {
      long number = numbers == null ? 1 : numbers[i];
      if (number < 0 || number > known.length) {
        throw new UsageException(
            "%s: metadata %stoken_type of token %d is %d, 1 to %d are known"
                .formatted(metadata.file(), KEY, i, number, known.length));
      }
      // 0 stands for "undefined" and means an ordinary token.
      kinds[i] = number == 0 ? Kind.NORMAL : known[(int) number - 1];
    }
    return kinds;
  }

  static OptionalInt id(GgufMetadata metadata, String name, int count) {
    return metadata.integer(KEY + name, 0, count - 1);
  }

  private static void checkLength(GgufMetadata metadata, String name, int length, int tokens) {
    if (length != tokens) {
      throw new UsageException(
          "%s: metadata %s%s has %d values for %d tokens"
              .formatted(metadata.file(), KEY, name, length, tokens));
    }
  }

  /**
   * @param vocabSize rows of the model's embedding: there is one token a row
   */
  static void write(TokenizerData data, int vocabSize, Map<String, GgufValue> metadata) {
    switch (data) {
      case Own(String name) -> metadata.put(OWN, new GgufValue.Text(name));
      case SentencePiece(Common common, float[] scores, boolean spacePrefix) -> {
        metadata.put(KEY + "model", new GgufValue.Text("llama"));
        metadata.put(KEY + "pre", new GgufValue.Text("default"));
        Common padded = common.padded(vocabSize);
        double[] wide = new double[padded.texts().length];
        java.util.Arrays.fill(wide, -1e9);
        for (int i = 0; i < scores.length; i++) {
          wide[i] = scores[i];
        }
        metadata.put(KEY + "scores", new GgufValue.Reals(wide));
        metadata.put(KEY + "add_space_prefix", new GgufValue.Bool(spacePrefix));
        write(padded, metadata);
      }
      case BytePairs(Common common, String[] merges, PreTokenizer words) -> {
        metadata.put(KEY + "model", new GgufValue.Text("gpt2"));
        metadata.put(KEY + "pre", new GgufValue.Text(words.ggufName()));
        metadata.put(KEY + "merges", new GgufValue.Texts(merges));
        write(common.padded(vocabSize), metadata);
      }
    }
  }

  private static void write(Common common, Map<String, GgufValue> metadata) {
    metadata.put(KEY + "tokens", new GgufValue.Texts(common.texts()));
    long[] types = new long[common.kinds().length];
    for (int i = 0; i < types.length; i++) {
      types[i] = common.kinds()[i].ordinal() + 1;
    }
    metadata.put(KEY + "token_type", new GgufValue.Ints(types));
    put(metadata, "bos_token_id", common.begin());
    put(metadata, "eos_token_id", common.end());
    put(metadata, "unknown_token_id", common.unknown());
    metadata.put(KEY + "add_bos_token", new GgufValue.Bool(common.addBegin()));
    metadata.put(KEY + "add_eos_token", new GgufValue.Bool(common.addEnd()));
    common.chatTemplate().ifPresent(t -> metadata.put(CHAT_TEMPLATE, new GgufValue.Text(t)));
  }

  private static void put(Map<String, GgufValue> metadata, String name, OptionalInt id) {
    id.ifPresent(value -> metadata.put(KEY + name, new GgufValue.Int(value, false)));
  }
}
