package org.decodebench.core.checkpoint;

import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.BytePairTokenizer;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.SentencePieceTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.Vocabulary;
import org.decodebench.core.tokenizer.Vocabulary.Kind;

/** Makes the tokenizer that a GGUF file's metadata describes. */
final class GgufTokenizers {
  private static final String KEY = "tokenizer.ggml.";

  /** Control tokens that end a turn or a text wherever they are; files often name only one. */
  private static final Set<String> KNOWN_ENDS =
      Set.of(
          "<|eot_id|>",
          "<|eom_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|endoftext|>",
          "<|end_of_text|>",
          "<end_of_turn>",
          "<|end_of_sentence|>",
          "</s>");

  private GgufTokenizers() {}

  /**
   * @throws UsageException if there is no vocabulary or it is of a kind that is not supported
   */
  static Tokenizer of(GgufMetadata metadata) {
    String model = metadata.requiredText(KEY + "model");
    return switch (model) {
      case "llama" -> sentencePiece(metadata);
      case "gpt2" -> bytePair(metadata);
      default ->
          throw new UsageException(
              "%s: metadata %smodel is %s; supported are 'llama' (SentencePiece) and 'gpt2' (BPE)"
                  .formatted(metadata.file(), KEY, Quoted.of(model)));
    };
  }

  private static Tokenizer sentencePiece(GgufMetadata metadata) {
    String[] texts = tokens(metadata);
    double[] wide =
        metadata.numbers(KEY + "scores").orElseThrow(() -> metadata.missing(KEY + "scores"));
    checkLength(metadata, "scores", wide.length, texts.length);
    float[] scores = new float[wide.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) wide[i];
    }
    boolean spacePrefix = metadata.flag(KEY + "add_space_prefix").orElse(true);
    OptionalInt unknown = id(metadata, "unknown_token_id", texts.length);
    Vocabulary vocabulary = vocabulary(metadata, texts, true);
    try {
      return new SentencePieceTokenizer(vocabulary, scores, spacePrefix, unknown);
    } catch (UsageException e) {
      throw new UsageException(metadata.file() + ": " + e.getMessage(), e);
    }
  }

  private static Tokenizer bytePair(GgufMetadata metadata) {
    String[] texts = tokens(metadata);
    String[] merges =
        metadata.texts(KEY + "merges").orElseThrow(() -> metadata.missing(KEY + "merges"));
    String name = metadata.text(KEY + "pre").orElse("default");
    PreTokenizer words =
        PreTokenizer.byName(name)
            .orElseThrow(() ->
                new UsageException(
                    "%s: metadata %spre is %s; supported are %s"
                        .formatted(metadata.file(), KEY, Quoted.of(name), PreTokenizer.known())));
    boolean addBegin = words == PreTokenizer.LLAMA_BPE;
    return new BytePairTokenizer(vocabulary(metadata, texts, addBegin), merges, words);
  }

  private static String[] tokens(GgufMetadata metadata) {
    String[] texts =
        metadata.texts(KEY + "tokens").orElseThrow(() -> metadata.missing(KEY + "tokens"));
    if (texts.length == 0) {
      throw new UsageException("%s: metadata %stokens is empty".formatted(metadata.file(), KEY));
    }
    return texts;
  }

  private static Vocabulary vocabulary(GgufMetadata metadata, String[] texts, boolean addBegin) {
    Kind[] kinds = kinds(metadata, texts.length);
    OptionalInt begin = id(metadata, "bos_token_id", texts.length);
    OptionalInt end = id(metadata, "eos_token_id", texts.length);
    Set<Integer> ends = new LinkedHashSet<>();
    end.ifPresent(ends::add);
    id(metadata, "eot_token_id", texts.length).ifPresent(ends::add);
    id(metadata, "eom_token_id", texts.length).ifPresent(ends::add);
    ends.addAll(Vocabulary.controlsNamed(texts, kinds, KNOWN_ENDS));
    return new Vocabulary(
        texts,
        kinds,
        new Vocabulary.Edges(
            begin,
            ends,
            end,
            metadata.flag(KEY + "add_bos_token").orElse(addBegin),
            metadata.flag(KEY + "add_eos_token").orElse(false)));
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

  private static OptionalInt id(GgufMetadata metadata, String name, int count) {
    return metadata.integer(KEY + name, 0, count - 1);
  }

  private static void checkLength(GgufMetadata metadata, String name, int length, int tokens) {
    if (length != tokens) {
      throw new UsageException(
          "%s: metadata %s%s has %d values for %d tokens"
              .formatted(metadata.file(), KEY, name, length, tokens));
    }
  }
}
