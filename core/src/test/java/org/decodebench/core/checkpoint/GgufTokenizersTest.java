package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.tokenizer.StreamingDecoder;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTokenizersTest {

  @ParameterizedTest
  @ValueSource(strings = {"llama-spm", "gpt-2", "falcon", "starcoder"})
  void idsEqualThoseOfThePublishedVectors(String name) throws Exception {
    Path vocabulary = SharedData.path("tokenizers/ggml-vocab-" + name + ".gguf");
    // Every text ends with the separator, the last one too.
    String[] split =
        Files.readString(Path.of(vocabulary + ".inp")).split("\n__ggml_vocab_test__\n", -1);
    String[] texts = Arrays.copyOf(split, split.length - 1);
    List<String> expected = Files.readAllLines(Path.of(vocabulary + ".out"));
    Tokenizer tokenizer = open(vocabulary);
    assertEquals(texts.length, expected.size());
    for (int i = 0; i < texts.length; i++) {
      int[] wanted =
          Arrays.stream(expected.get(i).strip().split(" "))
              .filter(s -> !s.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      int[] ids = tokenizer.encode(texts[i], false);
      assertArrayEquals(wanted, ids, "text " + i + ": '" + texts[i] + "'");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-spm", "gpt-2", "falcon", "starcoder"})
  void decodingAndStreamingGiveTheTextBack(String name) {
    Tokenizer tokenizer = open(SharedData.path("tokenizers/ggml-vocab-" + name + ".gguf"));
    for (String text :
        List.of("Hello, world!", "naïve 漢字 🚀🎉 ꙮ", "tabs\tand\n\nlines  two", "42 1234567 ½")) {
      int[] ids = tokenizer.encode(text, true);
      assertEquals(text, tokenizer.decode(ids));
      StreamingDecoder stream = tokenizer.stream();
      StringBuilder streamed = new StringBuilder();
      for (int id : ids) {
        String piece = stream.next(id);
        assertTrue(piece.indexOf('\uFFFD') < 0, "split character in '" + text + "'");
        streamed.append(piece);
      }
      assertEquals(text, streamed + stream.finish());
    }
  }

  @Test
  void longTextTakesNoQuadraticTime() {
    Tokenizer llama = open(SharedData.path("tokenizers/ggml-vocab-llama-spm.gguf"));
    Tokenizer gpt2 = open(SharedData.path("tokenizers/ggml-vocab-gpt-2.gguf"));
    String letters = "ab".repeat(200_000);
    org.junit.jupiter.api.Assertions.assertTimeout(
        java.time.Duration.ofSeconds(20),
        () -> {
          assertEquals(letters, llama.decode(llama.encode(letters, false)));
          assertEquals(letters, gpt2.decode(gpt2.encode(letters, false)));
        });
  }

  @Test
  void controlTokensAreReadOnlyWhenAsked() {
    Tokenizer gpt2 = open(SharedData.path("tokenizers/ggml-vocab-starcoder.gguf"));
    String text = "a<fim_middle>b";
    assertEquals(2, gpt2.encode(text, true)[1]);
    assertTrue(Arrays.stream(gpt2.encode(text, false)).noneMatch(id -> id == 2));
    assertEquals("ab", gpt2.decode(gpt2.encode(text, true)));
    assertEquals(text, gpt2.decode(gpt2.encode(text, false)));
  }

  private static Tokenizer open(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return GgufTokenizers.of(file.metadata());
    }
  }
}
