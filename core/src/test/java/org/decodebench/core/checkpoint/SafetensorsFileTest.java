package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private static final String GOOD =
      "{'__metadata__':{'format':'pt'},"
          + "'a':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]},"
          + "'b':{'dtype':'BF16','shape':[4],'data_offsets':[24,32]},"
          + "'c':{'dtype':'I64','shape':[1],'data_offsets':[32,40]}}";

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    for (int i = 0; i < dataBytes / 4; i++) {
      buffer.putFloat(i);
    }
    return buffer.array();
  }

  private static SafetensorsFile open(byte[] bytes) {
    return SafetensorsFile.open("x.safetensors", MemorySegment.ofArray(bytes), () -> {});
  }

  @Test
  void tensorsAreReadWhereTheHeaderSays() {
    SafetensorsFile file = open(file(GOOD, 40));
    assertEquals("pt", file.metadata().get("format"));
    assertEquals(3, file.entries().size());
    Tensor a = file.tensor("a");
    float[] row = new float[3];
    a.readRow(1, row, 0);
    assertArrayEquals(new float[] {3, 4, 5}, row);
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, a.onHeap().floats());
    Tensor b = file.tensor("b");
    assertEquals(DType.BF16, b.type());
    b.readRow(0, row = new float[4], 0);
    assertArrayEquals(new float[] {0, 6, 0, 7}, row);
    assertTrue(message(() -> file.tensor("c")).contains("I64"));
    assertTrue(message(() -> file.tensor("d")).contains("'d' is missing"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[0,24]   | [0,28]  | 'a' of shape",
        "[24,32]  | [20,28] | overlap at offset",
        "[32,40]  | [40,48] | past the end of the file",
        "[32,40]  | [48,40] | data_offsets",
        "[32,40]  | [-8,40] | data_offsets",
        "[32,40]  | [32]    | data_offsets",
        "[2,3]    | [2,-3]  | shape",
        "[2,3]    | [2,4611686018427387904,6] | impossible shape",
        "'F32'    | 7       | dtype",
        "'__metadata__':{'format':'pt'} | '__metadata__':3 | __metadata__",
        "{'__m    | [{'__m  | not valid JSON",
      })
  void damagedHeadersGiveOneLineWithFileAndField(String from, String to, String expected) {
    String message = message(() -> open(file(GOOD.replace(from, to), 40)));
    assertTrue(message.startsWith("x.safetensors: "), message);
    assertTrue(message.contains(expected), message);
    assertTrue(message.lines().count() == 1, message);
  }

  @Test
  void damagedLengthsAreRefused() {
    for (int n : new int[] {0, 7, 8, 9, 40}) {
      message(() -> open(java.util.Arrays.copyOf(file(GOOD, 40), n)));
    }
    byte[] huge = file(GOOD, 40);
    huge[7] = (byte) 0xFF;
    assertTrue(message(() -> open(huge)).contains("header length"));
  }

  @Test
  void everyMutationIsACleanLoadOrOneError() {
    byte[] good = file(GOOD, 40);
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        SafetensorsFile file = open(bad);
        for (String name : file.names()) {
          file.tensor(name).onHeap();
        }
      } catch (UsageException e) {
        refused++;
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    assertTrue(refused > 1000, "only " + refused);
  }

  private static String message(org.junit.jupiter.api.function.Executable executable) {
    return assertThrows(UsageException.class, executable).getMessage();
  }
}
