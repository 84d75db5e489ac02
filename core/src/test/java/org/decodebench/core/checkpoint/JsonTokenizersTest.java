package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.StreamingDecoder;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTokenizersTest {
  @TempDir Path folder;

  @Test
  void hubFolderAndGgufGiveTheSameIdsAlsoForLongTexts() throws Exception {
    Tokenizer hub = JsonTokenizers.of(SharedData.path("models/stories260K-hf"));
    Tokenizer gguf;
    try (GgufFile file = GgufFile.open(SharedData.path("models/stories260K.gguf"))) {
      gguf = GgufTokenizers.of(file.metadata());
    }
    String text = Files.readString(SharedData.path("text/tinystories-20k.txt"));
    assertEquals(9216, hub.encode(text, false).length);
    assertArrayEquals(gguf.encode(text, false), hub.encode(text, false));
    String mixed = "naïve 漢字 🚀  two\n\ttabs";
    assertArrayEquals(gguf.encode(mixed, true), hub.encode(mixed, true));
    assertEquals(1, hub.encode("a", true)[0]);
    assertEquals(mixed, hub.decode(hub.encode(mixed, true)));
    StreamingDecoder stream = hub.stream();
    StringBuilder streamed = new StringBuilder();
    for (int id : hub.encode(mixed, true)) {
      String piece = stream.next(id);
      assertTrue(piece.indexOf('\uFFFD') < 0);
      streamed.append(piece);
    }
    assertEquals(mixed, streamed + stream.finish());
    assertEquals(1, hub.begin().orElseThrow());
    assertTrue(hub.isEnd(2));
    assertEquals(512, hub.vocabSize());
  }

  @Test
  void controlTokensAreReadOnlyWhenAsked() {
    Tokenizer hub = JsonTokenizers.of(SharedData.path("models/stories260K-hf"));
    assertEquals(1, Arrays.stream(hub.encode("a</s>b", true)).filter(i -> i == 2).count());
    assertTrue(Arrays.stream(hub.encode("a</s>b", false)).noneMatch(i -> i == 2));
    assertEquals("a</s>b", hub.decode(hub.encode("a</s>b", false)));
    assertEquals("</s>", hub.piece(2));
  }

  @Test
  void badFilesGiveOneLine() throws Exception {
    assertBad("{", "not valid JSON");
    assertBad("[1]", "not a JSON object");
    assertBad("{}", "model.vocab");
    assertBad("[".repeat(5000), "not valid JSON");
    assertBad("{\"model\":{\"type\":\"Magic\"}}", "'Magic'");
    assertBad("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1}}}", "entry 'a'");
    assertBad("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999}}}", "entry 'a'");
    assertBad("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":999999}}}", "id 999999");
    assertBad(
        "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}",
        "cannot be used");
  }

  private void assertBad(String json, String expected) throws Exception {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    UsageException e = assertThrows(UsageException.class, () -> JsonTokenizers.of(folder));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }
}
