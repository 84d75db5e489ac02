package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufReaderTest {
  @TempDir Path folder;
  private Path file;
  private byte[] good;

  @BeforeEach
  void writeSmallFile() throws Exception {
    file = folder.resolve("small.gguf");
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", new GgufValue.Text("llama"));
    metadata.put("llama.block_count", new GgufValue.Int(2, false));
    metadata.put("negative", new GgufValue.Int(-7, false));
    metadata.put("huge", new GgufValue.Int(-1, true));
    metadata.put("epsilon", new GgufValue.Real(1e-5f, true));
    metadata.put("flag", new GgufValue.Bool(true));
    metadata.put("tokens", new GgufValue.Texts(new String[] {"a", "é", ""}));
    metadata.put("types", new GgufValue.Ints(new long[] {1, -2, 3}));
    GgufWriter.write(
        file,
        metadata,
        List.of(
            TensorEntry.of("first", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)),
            TensorEntry.of("second", Tensor.of(DType.Q8_0, new byte[2 * 34], 2, 32))));
    good = Files.readAllBytes(file);
  }

  @Test
  void whatIsWrittenIsRead() {
    try (GgufFile gguf = GgufFile.open(file)) {
      assertEquals(3, gguf.version());
      GgufMetadata m = gguf.metadata();
      assertEquals("llama", m.requiredText("general.architecture"));
      assertEquals(2, m.requiredInteger("llama.block_count", 1, 100));
      assertEquals("-7", m.display("negative"));
      assertEquals("18446744073709551615", m.display("huge"));
      assertEquals(1e-5f, m.number("epsilon").orElseThrow().floatValue());
      assertTrue(m.flag("flag").orElseThrow());
      assertArrayEquals(new String[] {"a", "é", ""}, m.texts("tokens").orElseThrow());
      assertArrayEquals(new long[] {1, -2, 3}, m.integers("types").orElseThrow());
      Tensor first = gguf.tensor("first").orElseThrow();
      assertArrayEquals(new int[] {2, 3}, first.shape());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, first.onHeap().floats());
      assertEquals(0, gguf.tensors().get("second").offset() % 32);
      assertTrue(gguf.tensor("third").isEmpty());
    }
  }

  @Test
  void everyTruncationGivesOneLine() throws Exception {
    for (int length = 0; length < good.length - 28; length++) {
      assertOneLine(java.util.Arrays.copyOf(good, length));
    }
  }

  @Test
  void truncatedFileSaysWhichTensorEndsPastTheEnd() throws Exception {
    String message = assertOneLine(java.util.Arrays.copyOf(good, good.length - 40));
    assertTrue(
        message.contains("tensor 'second' ends at")
            && message.contains("file has " + (good.length - 40) + " bytes"),
        message);
  }

  @Test
  void hugeCountsAreRefusedBeforeAnythingIsAllocated() throws Exception {
    for (long count : new long[] {-1, Long.MAX_VALUE, 1L << 40, 1000}) {
      for (int offset : new int[] {8, 16}) {
        byte[] bad = good.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, count);
        String message = assertOneLine(bad);
        assertTrue(message.contains("at offset " + offset), message);
      }
    }
  }

  @Test
  void overlappingTensorsAreNamed() throws Exception {
    byte[] bad = good.clone();
    int name = indexOf(bad, "second");
    // name, dimensions (4), two sizes (16), type (4), offset
    ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putLong(name + 6 + 4 + 16 + 4, 0);
    String message = assertOneLine(bad);
    assertTrue(message.contains("'second'") && message.contains("overlaps"), message);
  }

  @Test
  void duplicateKeysAndTensorsAreNamed() throws Exception {
    byte[] key = good.clone();
    System.arraycopy("flag".getBytes(StandardCharsets.UTF_8), 0, key, indexOf(key, "huge"), 4);
    String message = assertOneLine(key);
    assertTrue(message.contains("'flag'") && message.contains("twice"), message);

    Path twice = folder.resolve("twice.gguf");
    TensorEntry entry = TensorEntry.of("same", Tensor.of(new float[] {1}, 1));
    GgufWriter.write(twice, Map.of(), List.of(entry, entry));
    UsageException e = assertThrows(UsageException.class, () -> GgufFile.open(twice));
    assertTrue(e.getMessage().contains("'same' is there twice"), e.getMessage());
  }

  @Test
  void deepArraysEnd() throws Exception {
    ByteBuffer b = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0x46554747).putInt(3).putLong(0).putLong(1);
    b.putLong(1).put((byte) 'k').putInt(9);
    for (int i = 0; i < 200; i++) {
      b.putInt(9).putLong(1);
    }
    String message = assertOneLine(b.array());
    assertTrue(message.contains("nested"), message);
  }

  @Test
  void controlCharactersInNamesStayOnOneLine() throws Exception {
    byte[] bad = good.clone();
    int at = indexOf(bad, "second");
    bad[at] = '\n';
    assertFalse(assertOneLine(java.util.Arrays.copyOf(bad, bad.length - 40)).contains("\n"));
  }

  @Test
  void bigEndianOtherVersionsAndOtherFilesAreToldApart() throws Exception {
    byte[] big = good.clone();
    ByteBuffer.wrap(big).putInt(4, 3);
    assertTrue(assertOneLine(big).contains("big-endian"));
    byte[] old = good.clone();
    old[4] = 1;
    assertTrue(assertOneLine(old).contains("version"));
    assertTrue(
        assertOneLine("hello, world".getBytes(StandardCharsets.UTF_8)).contains("not a GGUF"));
    assertTrue(
        assertThrows(UsageException.class, () -> GgufFile.open(folder.resolve("none.gguf")))
            .getMessage()
            .startsWith("no file"));
    assertTrue(
        assertThrows(UsageException.class, () -> GgufFile.open(folder))
            .getMessage()
            .contains("is a folder"));
  }

  @Test
  void publishedFilesAreRead() {
    try (GgufFile gguf = GgufFile.open(SharedData.path("models/stories260K.gguf"))) {
      assertEquals(47, gguf.tensors().size());
      assertArrayEquals(new int[] {512, 64}, gguf.tensors().get("token_embd.weight").shape());
    }
    try (GgufFile gguf = GgufFile.open(SharedData.path("tokenizers/ggml-vocab-falcon.gguf"))) {
      assertEquals(0, gguf.tensors().size());
      assertEquals(65024, gguf.metadata().texts("tokenizer.ggml.tokens").orElseThrow().length);
    }
  }

  private String assertOneLine(byte[] bytes) throws Exception {
    Path bad = folder.resolve("bad.gguf");
    Files.write(bad, bytes);
    UsageException e = assertThrows(UsageException.class, () -> GgufFile.open(bad).close());
    assertTrue(e.getMessage().contains("bad.gguf"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    return e.getMessage();
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
