package org.decodebench.core.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RandomStreamTest {

  /**
   * The known answers that Random123 publishes for philox4x32-10 (kat_vectors), first two words of
   * each.
   */
  @Test
  void philoxGivesThePublishedKnownAnswers() {
    assertEquals(words(0x6627e8d5, 0xe169c58d), RandomStream.philox(0, 0, 0));
    assertEquals(words(0x408f276d, 0x41c83b0e), RandomStream.philox(-1, -1, -1));
    assertEquals(
        words(0xd16cfe09, 0x94fdcceb),
        RandomStream.philox(
            words(0x243f6a88, 0x85a308d3),
            words(0x13198a2e, 0x03707344),
            words(0xa4093822, 0x299f31d0)));
  }

  private static long words(int low, int high) {
    return Integer.toUnsignedLong(low) | ((long) high << 32);
  }

  @Test
  void valuesDependOnEveryPartOfTheAddress() {
    long base = new RandomStream(1, 2).bits(3, 4);
    assertNotEquals(base, new RandomStream(2, 2).bits(3, 4));
    assertNotEquals(base, new RandomStream(1, 3).bits(3, 4));
    assertNotEquals(base, new RandomStream(1, 2).bits(4, 4));
    assertNotEquals(base, new RandomStream(1, 2).bits(3, 5));
    assertEquals(base, new RandomStream(1, 2).bits(3, 4));
  }

  @Test
  void uniformValuesFillTheUnitIntervalEvenlyOverPositionsAndOverStreams() {
    int n = 100_000;
    int[] byPosition = new int[16];
    int[] byStream = new int[16];
    for (int i = 0; i < n; i++) {
      byPosition[(int) (16 * new RandomStream(7, 0).uniform(i, 0))]++;
      byStream[(int) (16 * new RandomStream(7, i).uniform(0, 0))]++;
    }
    // 99.99th percentile of chi-square with 15 degrees of freedom
    assertTrue(chiSquare(byPosition, n / 16.0) < 44.3);
    assertTrue(chiSquare(byStream, n / 16.0) < 44.3);
  }

  private static double chiSquare(int[] observed, double expected) {
    double sum = 0;
    for (int o : observed) {
      sum += (o - expected) * (o - expected) / expected;
    }
    return sum;
  }
}
