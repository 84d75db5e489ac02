package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthesizerTest {
  @TempDir Path folder;

  private String config() throws Exception {
    Path file = folder.resolve("config.json");
    Files.writeString(
        file,
        """
        {"model_type": "qwen3", "hidden_size": 64, "intermediate_size": 96, "head_dim": 32,
         "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
         "vocab_size": 300, "max_position_embeddings": 64, "tie_word_embeddings": true}
        """);
    return file.toString();
  }

  @Test
  void theSameSeedGivesTheSameFileAndAnotherSeedAnother() throws Exception {
    byte[][] files = new byte[3][];
    for (int i = 0; i < 3; i++) {
      Path out = folder.resolve(i + ".gguf");
      Synthesizer.write(config(), Optional.empty(), 0, DType.Q8_0, i / 2, out);
      files[i] = Files.readAllBytes(out);
    }
    assertArrayEquals(files[0], files[1]);
    assertFalse(java.util.Arrays.equals(files[0], files[2]));
  }

  @Test
  void bothFormatsHoldTheSameModelThatRunsAndTokenizesEveryText() throws Exception {
    Path gguf = folder.resolve("x.gguf");
    Path hub = folder.resolve("x");
    Synthesizer.write(config(), Optional.empty(), 0, DType.F32, 3, gguf);
    Synthesizer.write(config(), Optional.empty(), 0, DType.F32, 3, hub);
    ConverterTest.assertSame(gguf, hub);
    try (LanguageModel a = Models.load(gguf.toString(), RuntimeOptions.DEFAULT);
        LanguageModel b = Models.load(hub.toString(), RuntimeOptions.DEFAULT)) {
      String text = "any tëxt 漢";
      int[] ids = a.tokenizer().encode(text, true);
      assertArrayEquals(ids, b.tokenizer().encode(text, true));
      assertEquals(text, a.tokenizer().decode(ids));
      Logits logits = a.open(ids.length, 1).forward(ids, 0, Attention.CAUSAL, Run.last(ids.length));
      double squares = 0;
      for (int t = 0; t < 300; t++) {
        squares += (double) logits.get(0, t) * logits.get(0, t);
      }
      double size = Math.sqrt(squares / 300);
      assertTrue(size > 0.1 && size < 10, "logits of size " + size);
    }
  }

  @Test
  void aDiffusionModelOfAnyShapeKnowsItsMask() throws Exception {
    Path out = folder.resolve("d.gguf");
    Synthesizer.write(config(), Optional.of(Paradigm.BLOCK_DIFFUSION), 8, DType.BF16, 1, out);
    try (Checkpoint checkpoint = Models.open(out.toString())) {
      ModelConfig c = checkpoint.weights().config();
      assertEquals(Paradigm.BLOCK_DIFFUSION, c.paradigm());
      assertEquals(299, c.maskTokenId().orElseThrow());
      assertEquals(8, c.blockSize());
      assertEquals("<mask>", checkpoint.tokenizer().piece(299));
    }
  }

  @Test
  void everyTypeRunsPassesThatOnlyFillTheCache() throws Exception {
    for (DType type : DType.values()) {
      Path out = folder.resolve(type + ".gguf");
      Synthesizer.write(config(), Optional.empty(), 0, type, 1, out);
      try (LanguageModel model = Models.load(out.toString(), RuntimeOptions.DEFAULT);
          var session = model.open(8, 1)) {
        Logits none = session.forward(new int[] {5, 6}, 0, Attention.CAUSAL, Run.none());
        assertEquals(0, none.rows(), type.toString());
      }
    }
  }

  @Test
  void namedShapesHaveTheirPublishedSize() {
    // Parameters as the model cards give them, in millions.
    assertEquals(134.5, millions("smollm2-135m"), 0.1);
    assertEquals(596, millions("qwen3-0.6b"), 0.5);
    assertEquals(1100, millions("tinyllama-1.1b"), 0.5);
    assertEquals(1236, millions("llama-3.2-1b"), 0.5);
    assertEquals(15.2, millions("15M"), 0.1);
    UsageException e = assertThrows(UsageException.class, () -> Shapes.of("nosuch"));
    assertTrue(e.getMessage().contains("smollm2-135m"), e.getMessage());
  }

  private static double millions(String shape) {
    long[] sum = {0};
    CanonicalShapes.of(Shapes.of(shape))
        .forEach((name, s) -> {
          long n = 1;
          for (int size : s) {
            n *= size;
          }
          sum[0] += name.endsWith(".bias") ? 0 : n;
        });
    return sum[0] / 1e6;
  }

  @Test
  void inspectShowsWhatIsThereAndWhyItIsNotSupported() throws Exception {
    Path out = folder.resolve("x.gguf");
    Synthesizer.write(config(), Optional.empty(), 0, DType.Q4_0, 3, out);
    String text = inspect(out);
    assertTrue(text.contains("architecture   qwen3"), text);
    assertTrue(text.contains("Q4_0 15"), text);
    assertTrue(text.contains("supported      yes"), text);
    assertTrue(text.lines().anyMatch(l -> l.startsWith("  blk.1.ffn_down.weight")), text);
    String falcon = inspect(SharedData.path("tokenizers/ggml-vocab-falcon.gguf"));
    assertTrue(falcon.contains("supported      no: "), falcon);
    String hub = inspect(SharedData.path("models/stories260K-hf"));
    assertTrue(hub.contains("parameters     260032"), hub);
    byte[] bytes = Files.readAllBytes(out);
    Files.write(out, java.util.Arrays.copyOf(bytes, bytes.length - 3000));
    UsageException e = assertThrows(UsageException.class, () -> inspect(out));
    assertTrue(e.getMessage().matches(".*tensor '.*' ends at \\d+, file has \\d+ bytes.*"));
  }

  private static String inspect(Path path) {
    var bytes = new ByteArrayOutputStream();
    Inspection.print(path.toString(), new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
