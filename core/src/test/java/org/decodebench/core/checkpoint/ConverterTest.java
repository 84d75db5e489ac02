package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConverterTest {
  private static final RuntimeOptions OPTIONS =
      new RuntimeOptions(1, RuntimeOptions.Backend.SCALAR);

  @TempDir Path folder;

  @Test
  void aRealModelGoesRoundThroughBothFormatsUnchanged() throws Exception {
    Path gguf = SharedData.path("models/stories260K.gguf");
    Path hub = folder.resolve("hub");
    Path back = folder.resolve("back.gguf");
    Converter.convert(gguf.toString(), hub, DType.F32);
    Converter.convert(hub.toString(), back, DType.F32);
    assertSame(gguf, hub);
    assertSame(gguf, back);
    String text = Files.readString(SharedData.path("text/tinystories-20k.txt"));
    Tokenizer first = Models.tokenizer(gguf.toString());
    for (Path path : new Path[] {hub, back}) {
      Tokenizer other = Models.tokenizer(path.toString());
      assertArrayEquals(first.encode(text, true), other.encode(text, true));
      assertArrayEquals(first.encode("漢</s>  x", true), other.encode("漢</s>  x", true));
      assertEquals(first.begin(), other.begin());
      assertTrue(other.isEnd(2));
    }
  }

  @Test
  void byteLevelTokenizersGoThroughBothFormats() throws Exception {
    TinyModels.writeFolder(folder);
    // As GPT-2 has it, which GGUF has a name for.
    Path json = folder.resolve("tokenizer.json");
    var tokenizer = JsonFile.object(json);
    tokenizer.putNull("normalizer");
    var level = JsonFile.MAPPER.createObjectNode();
    level.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true);
    tokenizer.set("pre_tokenizer", level.put("use_regex", true));
    tokenizer.set("decoder", level.deepCopy());
    JsonFile.write(json, tokenizer);
    Path gguf = folder.resolve("x.gguf");
    Path back = folder.resolve("back");
    Converter.convert(folder.toString(), gguf, DType.F32);
    Converter.convert(gguf.toString(), back, DType.F32);
    assertSame(folder, gguf);
    assertSame(folder, back);
    int[] ids = Models.tokenizer(folder.toString()).encode("ab ab\nc x", true);
    assertTrue(ids.length > 3);
    assertArrayEquals(ids, Models.tokenizer(gguf.toString()).encode("ab ab\nc x", true));
    assertArrayEquals(ids, Models.tokenizer(back.toString()).encode("ab ab\nc x", true));
  }

  @ParameterizedTest
  @CsvSource({"F16,0.01", "BF16,0.08", "Q8_0,0.1", "Q6_K,0.1", "Q4_0,0.8", "Q4_K,0.8"})
  void storedTypesKeepTheLogitsAsNearAsTheyCan(DType type, float bound) {
    Path gguf = SharedData.path("models/stories260K.gguf");
    Path out = folder.resolve("out.gguf");
    Converter.convert(gguf.toString(), out, type);
    try (GgufFile file = GgufFile.open(out)) {
      // 64 columns are no whole K block and 172 no whole block at all.
      DType taken = type == DType.Q6_K || type == DType.Q4_K ? DType.Q8_0 : type;
      assertEquals(taken, file.tensors().get("blk.0.attn_q.weight").type().dtype().orElseThrow());
      assertEquals(
          type.quantised() ? DType.F16 : type,
          file.tensors().get("blk.0.ffn_down.weight").type().dtype().orElseThrow());
      assertEquals(
          DType.F32, file.tensors().get("output_norm.weight").type().dtype().orElseThrow());
    }
    float[] exact = logits(gguf);
    float[] stored = logits(out);
    double squares = 0;
    for (int i = 0; i < exact.length; i++) {
      squares += (double) (exact[i] - stored[i]) * (exact[i] - stored[i]);
    }
    double rms = Math.sqrt(squares / exact.length);
    assertTrue(rms > 0 && rms < bound, type + ": " + rms);
  }

  @Test
  void embeddedModelsKeepTheirTokenizerAndTraining() {
    assertTrue(Models.embedded().contains("tales-bd8"), "skipped: no embedded model");
    Path gguf = folder.resolve("bd8.gguf");
    Path hub = folder.resolve("bd8");
    Converter.convert("tales-bd8", gguf, DType.BF16);
    Converter.convert(gguf.toString(), hub, DType.BF16);
    try (Checkpoint a = Models.open("tales-bd8");
        Checkpoint b = Models.open(gguf.toString());
        Checkpoint c = Models.open(hub.toString())) {
      assertEquals(a.weights().config(), b.weights().config());
      assertEquals(a.weights().config(), c.weights().config());
      assertEquals(a.tokenizer().vocabSize(), b.tokenizer().vocabSize());
    }
  }

  @Test
  void whatCannotBeHeldIsRefusedAndLeavesNothingBehind() throws Exception {
    Path model = folder.resolve("model");
    TinyModels.writeFolder(model);
    assertRefused(model, folder.resolve("out"), DType.Q8_0, ".gguf");
    assertRefused(model, model, DType.F16, "same");
    Path below = model.resolve("config.json").resolve("x.gguf");
    assertRefused(Path.of("tales-draft"), below, DType.F16, "cannot write");
    assertRefused(folder.resolve("none"), folder.resolve("x.gguf"), DType.F16, "no model");
    // A pre-tokenizer that GGUF has no name for.
    assertRefused(model, folder.resolve("x.gguf"), DType.F16, "pre-tokenizer");
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(1, left.count());
    }
  }

  private static void assertRefused(Path in, Path out, DType type, String expected) {
    UsageException e =
        assertThrows(UsageException.class, () -> Converter.convert(in.toString(), out, type));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  static void assertSame(Path one, Path other) throws IOException {
    try (Checkpoint a = Models.open(one.toString());
        Checkpoint b = Models.open(other.toString())) {
      assertEquals(a.weights().config(), b.weights().config());
      assertEquals(a.weights().names(), b.weights().names());
      for (String name : a.weights().names()) {
        Tensor x = a.weights().find(name).orElseThrow();
        Tensor y = b.weights().find(name).orElseThrow();
        assertArrayEquals(x.shape(), y.shape(), name);
        assertArrayEquals(x.onHeap().floats(), y.onHeap().floats(), name);
      }
    }
  }

  private static float[] logits(Path path) {
    try (LanguageModel model = Models.load(path.toString(), OPTIONS)) {
      int[] ids = model.tokenizer().encode("Once upon a time, there was a little", true);
      Logits logits =
          model.open(ids.length, 1).forward(ids, 0, Attention.CAUSAL, Run.last(ids.length));
      return Arrays.copyOf(logits.values(), logits.vocab());
    }
  }
}
