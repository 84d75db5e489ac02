package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsReadBack() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a.weight", Tensor.of(new float[] {1, -2, 3.5f, 0, 5, -6}, 2, 3));
    tensors.put("b", SafetensorsWriter.toBf16(new float[] {1, -0.5f, 3}, 3));
    Path file = folder.resolve("sub/model.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertEquals(tensors.keySet(), read.names());
      assertEquals(Map.of("format", "pt"), read.metadata());
      assertArrayEquals(new int[] {2, 3}, read.tensor("a.weight").shape());
      assertArrayEquals(
          tensors.get("a.weight").floats(), read.tensor("a.weight").onHeap().floats());
      assertEquals(DType.BF16, read.tensor("b").type());
      assertArrayEquals(tensors.get("b").shorts(), read.tensor("b").onHeap().shorts());
    }
  }

  @Test
  void dataStartsAtAMultipleOfEight() throws Exception {
    for (String name : new String[] {"a", "ab", "abc", "abcd", "abcde"}) {
      Path file = folder.resolve(name);
      SafetensorsWriter.write(file, Map.of(name, Tensor.of(new float[] {7}, 1)), Map.of());
      assertEquals(0, (Files.size(file) - 4) % 8, name);
    }
  }

  @Test
  void bf16RoundsToTheNearestWithTiesToEven() {
    float ulp = 0x1p-7f; // of BF16 at 1
    float[] values = {
      1 + ulp / 2, 1 + 3 * ulp / 2, 1 + ulp * 0.51f, -(1 + ulp * 0.49f), Float.MAX_VALUE, Float.NaN
    };
    float[] expected = {1, 1 + 2 * ulp, 1 + ulp, -1, Float.POSITIVE_INFINITY, Float.NaN};
    Tensor tensor = SafetensorsWriter.toBf16(values, values.length);
    float[] read = new float[values.length];
    tensor.readRow(0, read, 0);
    assertArrayEquals(expected, read);
  }

  @Test
  void badTargetsAndTypesAreErrors() throws Exception {
    Path file = folder.resolve("file");
    Files.writeString(file, "in the way");
    Map<String, Tensor> tensors = Map.of("a", Tensor.of(new float[] {7}, 1));
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> SafetensorsWriter.write(file.resolve("x"), tensors, Map.of()));
    assertTrue(e.getMessage().contains("file"), e.getMessage());
    Map<String, Tensor> blocks = Map.of("q", Tensor.of(DType.Q8_0, new byte[34], 32));
    assertThrows(
        IllegalArgumentException.class,
        () -> SafetensorsWriter.write(folder.resolve("y"), blocks, Map.of()));
  }
}
