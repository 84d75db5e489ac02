package org.decodebench.core.checkpoint;

import java.util.Optional;
import java.util.OptionalInt;
import org.decodebench.core.tokenizer.PreTokenizer;
import org.decodebench.core.tokenizer.Vocabulary.Kind;

/** What a tokenizer is made of, between the formats that a model can be written in. */
sealed interface TokenizerData {

  /** One of the tokenizers that need no file: {@code tales} or {@code bytes}. */
  record Own(String name) implements TokenizerData {}

  /**
   * Byte-level BPE.
   *
   * @param merges "left right" in the order in which they were learnt
   */
  record BytePairs(Common common, String[] merges, PreTokenizer words) implements TokenizerData {}

  /**
   * SentencePiece BPE.
   *
   * @param scores by id; higher is joined first
   */
  record SentencePiece(Common common, float[] scores, boolean spacePrefix)
      implements TokenizerData {}

  /**
   * What both have.
   *
   * @param texts by id
   * @param kinds by id
   * @param chatTemplate Jinja, if there is one
   */
  record Common(
      String[] texts,
      Kind[] kinds,
      OptionalInt begin,
      OptionalInt end,
      OptionalInt unknown,
      boolean addBegin,
      boolean addEnd,
      Optional<String> chatTemplate) {

    /** The same with at least {@code size} tokens: a model may have more rows than tokens. */
    Common padded(int size) {
      if (texts.length >= size) {
        return this;
      }
      String[] more = java.util.Arrays.copyOf(texts, size);
      Kind[] moreKinds = java.util.Arrays.copyOf(kinds, size);
      for (int id = texts.length; id < size; id++) {
        more[id] = "[PAD" + id + "]";
        moreKinds[id] = Kind.UNUSED;
      }
      return new Common(more, moreKinds, begin, end, unknown, addBegin, addEnd, chatTemplate);
    }
  }
}
