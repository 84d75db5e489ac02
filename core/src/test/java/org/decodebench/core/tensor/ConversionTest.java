package org.decodebench.core.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionTest {

  /** Signal to noise of normal values in dB; about 6 dB a bit, less what the scales cost. */
  @ParameterizedTest
  @CsvSource({"F16,72", "BF16,54", "Q8_0,44", "Q6_K,35", "Q4_K,22.5", "Q4_0,20.5"})
  void errorStatisticsOfNormalValues(DType type, double least) {
    float[] values = normal(new Random(5), 64 * 512);
    float[] back = read(Conversion.to(type, Tensor.of(values, 64, 512)));
    double signal = 0;
    double noise = 0;
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      double off = back[i] - values[i];
      signal += (double) values[i] * values[i];
      noise += off * off;
      sum += off;
    }
    double decibels = 10 * Math.log10(signal / noise);
    assertTrue(decibels > least && decibels < least + 6, type + ": " + decibels + " dB");
    double standardError = Math.sqrt(noise) / values.length;
    assertTrue(Math.abs(sum / values.length) < 5 * standardError, type + " is biased");
  }

  @ParameterizedTest
  @CsvSource({"Q8_0,254", "Q4_0,15"})
  void noValueIsOffByMoreThanAStep(DType type, int steps) {
    float[] values = normal(new Random(6), 32 * 50);
    float[] back = read(Conversion.to(type, Tensor.of(values, 50, 32)));
    for (int b = 0; b < 50; b++) {
      float largest = 0;
      for (int i = 0; i < 32; i++) {
        largest = Math.max(largest, Math.abs(values[b * 32 + i]));
      }
      // Half a step, but a whole one where Q4_0 lacks the level 8; F16 rounds the scale.
      float bound = 2 * largest / steps * (type == DType.Q4_0 ? 1.1f : 0.6f);
      for (int i = 0; i < 32; i++) {
        assertEquals(values[b * 32 + i], back[b * 32 + i], bound);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void quantisingWhatWasQuantisedGivesTheSameBits(DType type) {
    float[] values = normal(new Random(7), 32 * 400);
    Tensor once = Conversion.to(type, Tensor.of(values, 4, 3200));
    Tensor twice = Conversion.to(type, Conversion.to(DType.F32, once));
    assertArrayEquals(once.bytes(), twice.bytes());
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyBitPatternOfAHalfSurvivesTheWayThroughFloats(DType type) {
    short[] bits = new short[1 << 16];
    for (int i = 0; i < bits.length; i++) {
      boolean nan =
          type == DType.F16 ? (i & 0x7C00) == 0x7C00 && (i & 0x3FF) != 0 : (i & 0x7FFF) > 0x7F80;
      bits[i] = nan ? 0 : (short) i;
    }
    Tensor halves = Tensor.of(type, bits, 256, 256);
    assertArrayEquals(bits, Conversion.to(type, Conversion.to(DType.F32, halves)).shorts());
  }

  /** The K formats' fields, decoded straight from the definition with other index arithmetic. */
  @Test
  void blocksOfRandomBitsDecodeAsDefined() {
    Random random = new Random(8);
    for (int round = 0; round < 50; round++) {
      byte[] q4 = new byte[144];
      byte[] q6 = new byte[210];
      random.nextBytes(q4);
      random.nextBytes(q6);
      q4[1] &= 0x3F;
      q4[3] &= 0x3F;
      q6[209] &= 0x3F;
      assertArrayEquals(defineQ4K(q4), read(Tensor.of(DType.Q4_K, q4, 256)), 0f);
      assertArrayEquals(defineQ6K(q6), read(Tensor.of(DType.Q6_K, q6, 256)), 0f);
    }
  }

  private static float[] defineQ4K(byte[] b) {
    float d = half(b, 0);
    float m = half(b, 2);
    // 16 six-bit numbers as one bit string for each role.
    int[] sc = new int[8];
    int[] mn = new int[8];
    for (int j = 0; j < 4; j++) {
      sc[j] = b[4 + j] & 0b111111;
      mn[j] = b[8 + j] & 0b111111;
      sc[4 + j] = (b[12 + j] & 0b1111) + 16 * ((b[4 + j] & 0b11000000) >> 6);
      mn[4 + j] = ((b[12 + j] & 0b11110000) >> 4) + 16 * ((b[8 + j] & 0b11000000) >> 6);
    }
    float[] out = new float[256];
    int y = 0;
    for (int pair = 0; pair < 4; pair++) {
      for (int i = 0; i < 32; i++) {
        out[y++] = d * sc[2 * pair] * (b[16 + 32 * pair + i] & 0xF) - m * mn[2 * pair];
      }
      for (int i = 0; i < 32; i++) {
        out[y++] =
            d * sc[2 * pair + 1] * ((b[16 + 32 * pair + i] & 0xF0) / 16) - m * mn[2 * pair + 1];
      }
    }
    return out;
  }

  private static float[] defineQ6K(byte[] b) {
    float d = half(b, 208);
    float[] out = new float[256];
    for (int n = 0; n < 2; n++) {
      for (int l = 0; l < 32; l++) {
        int h = b[128 + 32 * n + l] & 0xFF;
        int lo = b[64 * n + l] & 0xFF;
        int lo2 = b[64 * n + l + 32] & 0xFF;
        int s = 192 + 8 * n + l / 16;
        out[128 * n + l] = d * b[s] * ((lo % 16 + 16 * (h % 4)) - 32);
        out[128 * n + l + 32] = d * b[s + 2] * ((lo2 % 16 + 16 * (h / 4 % 4)) - 32);
        out[128 * n + l + 64] = d * b[s + 4] * ((lo / 16 + 16 * (h / 16 % 4)) - 32);
        out[128 * n + l + 96] = d * b[s + 6] * ((lo2 / 16 + 16 * (h / 64)) - 32);
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_K", "Q6_K"})
  void zerosAndConstantsAreKept(DType type) {
    float[] values = new float[768];
    java.util.Arrays.fill(values, 256, 512, -0.5f);
    float[] back = read(Conversion.to(type, Tensor.of(values, 3, 256)));
    for (int i = 0; i < 768; i++) {
      assertEquals(values[i], back[i], 0.001f);
    }
  }

  @Test
  void rowsThatAreNoWholeBlocksAreRefused() {
    Tensor odd = Tensor.of(new float[172], 1, 172);
    assertThrows(IllegalArgumentException.class, () -> Conversion.to(DType.Q8_0, odd));
  }

  private static float half(byte[] b, int at) {
    return Float.float16ToFloat(
        java.lang.foreign.MemorySegment.ofArray(b)
            .get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN), at));
  }

  private static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] read(Tensor tensor) {
    float[] values = new float[(int) tensor.elements()];
    for (int row = 0; row < tensor.rows(); row++) {
      tensor.readRow(row, values, row * tensor.columns());
    }
    return values;
  }
}
