package org.decodebench.core.tokenizer;

import java.util.OptionalInt;

/** Text to token ids and back. Thread-safe. */
public interface Tokenizer {

  int vocabSize();

  /**
   * Ids of a text.
   *
   * @param special whether to add what the model expects around a text (a begin token, say) and to
   *     read the names of special tokens in the text as those tokens
   */
  int[] encode(String text, boolean special);

  /** Text of ids; special tokens are left out. */
  String decode(int[] ids);

  /** The token's own spelling, for display: special tokens included. */
  String piece(int id);

  OptionalInt begin();

  /** Whether this token ends a text. A model may have several. */
  boolean isEnd(int id);

  /** The token to train and pad ends with: the first end token. */
  OptionalInt end();

  /** A decoder for one stream of tokens that never splits a character. */
  default StreamingDecoder stream() {
    return new StreamingDecoder(this);
  }
}
