package org.decodebench.diffusion.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.decodebench.diffusion.policy.RankedRule.Quota;
import org.junit.jupiter.api.Test;

class QuotaTest {
  private final SplittableRandom random = new SplittableRandom(3);

  /** Descending scores in [0, 1), or negative entropies. */
  private double[] scores(int n, double scale) {
    double[] values = random.doubles(n).map(x -> x * scale).sorted().toArray();
    return Arrays.stream(values).map(x -> scale < 0 ? x : 1 - x).toArray();
  }

  @Test
  void factorIsTheLargestNThatKeepsTheBound() {
    for (int trial = 0; trial < 300; trial++) {
      double[] c = scores(1 + random.nextInt(9), 0.5);
      double factor = random.nextDouble() * 2;
      int expected = 0;
      for (int n = 1; n <= c.length; n++) {
        expected = (n + 1) * (1 - c[n - 1]) < factor ? n : expected;
      }
      assertEquals(expected, Quota.factor(factor).count(c));
    }
  }

  @Test
  void entropyBoundIsTheLongestPrefixWhoseEntropiesWithoutTheLargestKeepIt() {
    for (int trial = 0; trial < 300; trial++) {
      double[] negative = scores(1 + random.nextInt(9), -1);
      Arrays.sort(negative);
      double[] ascending = Arrays.stream(negative).map(x -> -x).sorted().toArray();
      double[] ranked = Arrays.stream(ascending).map(h -> -h).toArray();
      double bound = random.nextDouble() * 2;
      int expected = 0;
      for (int n = 1; n <= ascending.length; n++) {
        double sum = Arrays.stream(ascending, 0, n).sum();
        double max = Arrays.stream(ascending, 0, n).max().orElseThrow();
        expected = sum - max <= bound ? n : expected;
      }
      assertEquals(expected, Quota.entropyBound(bound).count(ranked));
    }
  }

  @Test
  void evenScheduleGivesTheRemainderToTheFirstSteps() {
    int[] counts = new int[4];
    Arrays.setAll(counts, step -> Schedule.even(4).count(10, step));
    assertEquals("[3, 3, 2, 2]", Arrays.toString(counts));
    assertEquals(0, Schedule.even(4).count(10, 4));
  }
}
