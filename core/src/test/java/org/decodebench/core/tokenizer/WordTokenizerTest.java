package org.decodebench.core.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Test;

class WordTokenizerTest {
  private final WordTokenizer words =
      new WordTokenizer(List.of("!", ",", ".", "?", "a", "dog", "ran", "the"));

  @Test
  void marksAreTokensAndGlueToTheWordBefore() {
    int[] ids = words.encode("The dog ran , the dog !", false);
    assertArrayEquals(new int[] {10, 8, 9, 4, 10, 8, 3}, ids);
    assertEquals("the dog ran, the dog!", words.decode(ids));
    assertArrayEquals(ids, words.encode(words.decode(ids), false));
  }

  @Test
  void specialTokensAreReadOnlyOnRequestAndNeverWritten() {
    int[] ids = words.encode("a <mask> . <end>", true);
    assertArrayEquals(new int[] {0, 7, 2, 5, 1}, ids);
    assertEquals("a.", words.decode(ids));
    assertThrows(UsageException.class, () -> words.encode("a <mask>", false));
    assertArrayEquals(new int[] {0}, words.encode("", true));
    assertArrayEquals(new int[] {}, words.encode(" ", false));
  }

  @Test
  void anUnknownWordIsNamedWithKnownOnesNearIt() {
    UsageException e = assertThrows(UsageException.class, () -> words.encode("the dig", true));
    assertTrue(e.getMessage().contains("'dig'"));
    assertTrue(e.getMessage().contains("near it are: dog"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    UsageException far = assertThrows(UsageException.class, () -> words.encode("xyzzy", true));
    assertFalse(far.getMessage().contains("near"), far.getMessage());
  }

  @Test
  void streamedPiecesAddUpToTheText() {
    int[] ids = words.encode("a dog ran. the dog", true);
    StreamingDecoder stream = words.stream();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(stream.next(id));
    }
    assertEquals(words.decode(ids), text.append(stream.finish()).toString());
  }
}
