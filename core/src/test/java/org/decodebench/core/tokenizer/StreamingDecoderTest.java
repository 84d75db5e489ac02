package org.decodebench.core.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class StreamingDecoderTest {

  /** One token a byte. */
  private static final class Bytes implements Tokenizer {
    @Override
    public int vocabSize() {
      return 256;
    }

    @Override
    public int[] encode(String text, boolean special) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int[] ids = new int[bytes.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = bytes[i] & 0xff;
      }
      return ids;
    }

    @Override
    public String decode(int[] ids) {
      byte[] bytes = new byte[ids.length];
      for (int i = 0; i < ids.length; i++) {
        bytes[i] = (byte) ids[i];
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String piece(int id) {
      return "<" + id + ">";
    }

    @Override
    public OptionalInt begin() {
      return OptionalInt.empty();
    }

    @Override
    public boolean isEnd(int id) {
      return false;
    }

    @Override
    public OptionalInt end() {
      return OptionalInt.empty();
    }
  }

  @Test
  void piecesNeverSplitACharacterAndAddUpToTheText() {
    String text = "naïve 日本 🙂🙂 end";
    StreamingDecoder stream = new Bytes().stream();
    StringBuilder all = new StringBuilder();
    for (int id : new Bytes().encode(text, false)) {
      String piece = stream.next(id);
      assertFalse(piece.contains("\uFFFD"), piece);
      assertFalse(!piece.isEmpty() && Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
      all.append(piece);
    }
    assertEquals(text, all + stream.finish());
  }

  @Test
  void brokenBytesComeOutInTheEnd() {
    StreamingDecoder stream = new Bytes().stream();
    StringBuilder all = new StringBuilder();
    for (int id : new int[] {'a', 0xC3, 'b', 0xFF, 0xE2, 0x82}) {
      all.append(stream.next(id));
    }
    all.append(stream.finish());
    assertEquals("a\uFFFDb\uFFFD\uFFFD", all.toString());
  }
}
