package org.decodebench.core.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;

/**
 * SentencePiece BPE (1808.06226) as Llama 2 uses it: joins the pair whose token has the highest
 * score; a character without a token falls back to the tokens of its bytes.
 */
public final class SentencePieceTokenizer implements Tokenizer {
  private static final char SPACE = '\u2581';
  private static final int NONE = -1;

  private final Vocabulary vocabulary;
  private final float[] scores;
  private final boolean spacePrefix;
  private final int unknown;
  private final int[] byteTokens = new int[256];
  private final short[] byteOf;

  /**
   * @param scores by id; higher is joined first
   * @param spacePrefix whether a space is put before a text (and taken away again)
   * @param unknown for what has no token and no bytes
   * @throws UsageException if some byte has no token and there is no unknown token either
   */
  public SentencePieceTokenizer(
      Vocabulary vocabulary, float[] scores, boolean spacePrefix, OptionalInt unknown) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.spacePrefix = spacePrefix;
    this.unknown = unknown.orElse(NONE);
    this.byteOf = new short[vocabulary.size()];
    Arrays.fill(byteOf, (short) NONE);
    for (int b = 0; b < 256; b++) {
      int id = vocabulary.id("<0x%02X>".formatted(b));
      byteTokens[b] = id >= 0 ? id : this.unknown;
      if (byteTokens[b] < 0) {
        throw new UsageException(
            "the vocabulary has no token for byte 0x%02X and no unknown token".formatted(b));
      }
      if (id >= 0) {
        byteOf[id] = (short) b;
      }
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
    boolean afterToken = true;
    for (SpecialTokens.Piece piece : vocabulary.named(special).split(text)) {
      switch (piece) {
        case SpecialTokens.Piece.Token(int id) -> out.add(id);
        case SpecialTokens.Piece.Text(String plain) -> {
          String spaced = spacePrefix && afterToken ? " " + plain : plain;
          encode(spaced.replace(' ', SPACE), out);
        }
      }
      afterToken = piece instanceof SpecialTokens.Piece.Token;
    }
    if (special && edges.addEnd()) {
      edges.end().ifPresent(out::add);
    }
    return out.toArray();
  }

  private void encode(String text, TokenList out) {
    MergeQueue.run(
        text,
        (word, start, middle, end) -> {
          int id = vocabulary.id(word.substring(start, end));
          return id < 0 ? MergeQueue.Priority.NONE : 0.0 - scores[id];
        },
        (start, end) -> {
          String piece = text.substring(start, end);
          int id = vocabulary.id(piece);
          if (id >= 0) {
            out.add(id);
            return;
          }
          for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
            out.add(byteTokens[b & 0xFF]);
          }
        });
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id >= 0 && id < byteOf.length && byteOf[id] >= 0) {
        bytes.write(byteOf[id]);
      } else if (!vocabulary.silent(id)) {
        bytes.writeBytes(vocabulary.text(id).replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8));
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    return spacePrefix && text.startsWith(" ") ? text.substring(1) : text;
  }

  @Override
  public String piece(int id) {
    return vocabulary.text(id).replace(SPACE, ' ');
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
