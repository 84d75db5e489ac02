package org.decodebench.core.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Byte-level BPE (GPT-2): a text is cut into words, a word written in the byte alphabet, and the
 * pair that was learnt first is joined until none is left.
 */
public final class BytePairTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final Map<String, Integer> ranks;
  private final PreTokenizer words;

  /**
   * @param merges pairs "left right" in the order in which they were learnt
   */
  public BytePairTokenizer(Vocabulary vocabulary, String[] merges, PreTokenizer words) {
    this.vocabulary = vocabulary;
    this.words = words;
    this.ranks = HashMap.newHashMap(merges.length);
    for (int rank = 0; rank < merges.length; rank++) {
      ranks.putIfAbsent(merges[rank], rank);
    }
  }

  @Override
  public int vocabSize() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(String text, boolean special) {
    TokenList out = new TokenList();
    Vocabulary.Edges edges = vocabulary.edges();
    if (special && edges.addBegin()) {
      edges.begin().ifPresent(out::add);
    }
    for (SpecialTokens.Piece piece : vocabulary.named(special).split(text)) {
      switch (piece) {
        case SpecialTokens.Piece.Token(int id) -> out.add(id);
        case SpecialTokens.Piece.Text(String plain) -> {
          for (String word : words.split(plain)) {
            encodeWord(inByteAlphabet(word), out);
          }
        }
      }
    }
    if (special && edges.addEnd()) {
      edges.end().ifPresent(out::add);
    }
    return out.toArray();
  }

  private static String inByteAlphabet(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    char[] chars = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      chars[i] = ByteAlphabet.character(bytes[i]);
    }
    return new String(chars);
  }

  private void encodeWord(String spelled, TokenList out) {
    if (words.wholeWordsFirst()) {
      int whole = vocabulary.id(spelled);
      if (whole >= 0) {
        out.add(whole);
        return;
      }
    }
    MergeQueue.run(spelled, this::rank, (start, end) -> add(spelled, start, end, out));
  }

  /** The byte alphabet has no space, so a space parts the two sides without doubt. */
  private double rank(String word, int start, int middle, int end) {
    Integer rank = ranks.get(word.substring(start, middle) + " " + word.substring(middle, end));
    return rank == null ? MergeQueue.Priority.NONE : rank;
  }

  /** A joined piece without a token of its own falls back to its bytes; such bytes are dropped. */
  private void add(String spelled, int start, int end, TokenList out) {
    int id = vocabulary.id(spelled.substring(start, end));
    if (id >= 0) {
      out.add(id);
      return;
    }
    for (int i = start; i < end; i++) {
      int single = vocabulary.id(spelled.substring(i, i + 1));
      if (single >= 0) {
        out.add(single);
      }
    }
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      switch (vocabulary.kind(id)) {
        case CONTROL, UNKNOWN -> {}
        case USER_DEFINED -> bytes.writeBytes(vocabulary.text(id).getBytes(StandardCharsets.UTF_8));
        case NORMAL, UNUSED, BYTE -> ByteAlphabet.write(vocabulary.text(id), bytes);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public String piece(int id) {
    if (vocabulary.kind(id) != Vocabulary.Kind.NORMAL) {
      return vocabulary.text(id);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteAlphabet.write(vocabulary.text(id), bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public OptionalInt begin() {
    return vocabulary.edges().begin();
  }

  @Override
  public boolean isEnd(int id) {
    return vocabulary.edges().ends().contains(id);
  }

  @Override
  public OptionalInt end() {
    return vocabulary.edges().end();
  }
}
