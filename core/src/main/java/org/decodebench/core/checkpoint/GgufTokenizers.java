package org.decodebench.core.checkpoint;

import java.util.LinkedHashSet;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.TokenizerData.BytePairs;
import org.decodebench.core.checkpoint.TokenizerData.Common;
import org.decodebench.core.checkpoint.TokenizerData.Own;
import org.decodebench.core.checkpoint.TokenizerData.SentencePiece;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tokenizer.BytePairTokenizer;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.SentencePieceTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.Vocabulary;

/** Makes the tokenizer that a GGUF file's metadata describes. */
final class GgufTokenizers {

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
    try {
      return switch (GgufTokenizerData.read(metadata)) {
        case Own(String name) -> own(name);
        case SentencePiece(Common common, float[] scores, boolean spacePrefix) ->
            new SentencePieceTokenizer(
                vocabulary(metadata, common), scores, spacePrefix, common.unknown());
        case BytePairs(Common common, String[] merges, PreTokenizer words) ->
            new BytePairTokenizer(vocabulary(metadata, common), merges, words);
      };
    } catch (UsageException e) {
      throw e.getMessage().startsWith(metadata.file())
          ? e
          : new UsageException(metadata.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * One of our own tokenizers.
   *
   * @throws UsageException for a name that is none
   */
  static Tokenizer own(String name) {
    return switch (name) {
      case "bytes" -> new ByteTokenizer();
      default -> words(name);
    };
  }

  /** The words of the source that the model was trained on, by the source's name. */
  private static Tokenizer words(String source) {
    try {
      return Sources.byName(source).tokenizer();
    } catch (UsageException e) {
      throw new UsageException(
          "tokenizer is %s; supported: tales, bytes, or another source's name"
              .formatted(Quoted.of(source)),
          e);
    }
  }

  private static Vocabulary vocabulary(GgufMetadata metadata, Common common) {
    int count = common.texts().length;
    Set<Integer> ends = new LinkedHashSet<>();
    common.end().ifPresent(ends::add);
    GgufTokenizerData.id(metadata, "eot_token_id", count).ifPresent(ends::add);
    GgufTokenizerData.id(metadata, "eom_token_id", count).ifPresent(ends::add);
    ends.addAll(Vocabulary.controlsNamed(common.texts(), common.kinds(), KNOWN_ENDS));
    return new Vocabulary(
        common.texts(),
        common.kinds(),
        new Vocabulary.Edges(
            common.begin(), ends, common.end(), common.addBegin(), common.addEnd()));
  }
}
