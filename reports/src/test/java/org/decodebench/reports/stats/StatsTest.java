package org.decodebench.reports.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.decodebench.reports.result.Estimate;
import org.junit.jupiter.api.Test;

class StatsTest {

  @Test
  void quantilesAreThoseOfR() {
    // R: quantile(c(1, 2, 4, 8, 16), c(.1, .5, .9))
    double[] x = {16, 1, 4, 2, 8};
    assertEquals(1.4, Stats.quantile(0.1, x), 1e-12);
    assertEquals(4, Stats.median(x));
    assertEquals(12.8, Stats.quantile(0.9, x), 1e-12);
    assertTrue(Double.isNaN(Stats.median()));
    assertEquals(3, Stats.median(2, Double.NaN, 4));
  }

  @Test
  void mannWhitneyGivesTheExactPValueOfR() {
    // R: wilcox.test(c(1.1, 2.2, 3.3), c(4.4, 5.5, 6.6, 7.7))$p.value = 2 / choose(7, 3)
    double p = Stats.mannWhitney(new double[] {1.1, 2.2, 3.3}, new double[] {4.4, 5.5, 6.6, 7.7});
    assertEquals(2.0 / 35, p, 1e-12);
    assertEquals(1, Stats.mannWhitney(new double[] {1, 1}, new double[] {1, 1}));
  }

  @Test
  void cliffsDeltaCountsPairs() {
    assertEquals(1, Stats.cliffsDelta(new double[] {3, 4}, new double[] {1, 2}));
    assertEquals(-1, Stats.cliffsDelta(new double[] {1, 2}, new double[] {3, 4}));
    // 9 pairs: 4 above, 3 below, 2 tied
    assertEquals(1.0 / 9, Stats.cliffsDelta(new double[] {1, 2, 5}, new double[] {1, 2, 3}), 1e-12);
  }

  @Test
  void holmIsThatOfR() {
    // R: p.adjust(c(.01, .04, .03, .005), "holm")
    assertArrayEquals(
        new double[] {0.03, 0.06, 0.06, 0.02}, Stats.holm(0.01, 0.04, 0.03, 0.005), 1e-12);
    assertArrayEquals(new double[] {Double.NaN, 0.2}, Stats.holm(Double.NaN, 0.2), 1e-12);
  }

  @Test
  void intervalOfThreeForksIsTheirRangeAndOfOneIsUnknown() {
    Estimate three = Stats.medianInterval(10, 12, 11);
    assertEquals(new Estimate(11, 10, 12, 3), three);
    assertTrue(Double.isNaN(Stats.medianInterval(5).lo()));
    assertEquals(0, Stats.medianInterval().n());
  }

  @Test
  void intervalsCoverAboutAsOftenAsTheySay() {
    SplittableRandom random = new SplittableRandom(7);
    int covered = 0;
    int trials = 200;
    for (int t = 0; t < trials; t++) {
      double[] x = random.doubles(15).toArray();
      Estimate e = Stats.medianInterval(x);
      covered += e.lo() <= 0.5 && 0.5 <= e.hi() ? 1 : 0;
    }
    assertTrue(covered >= 0.90 * trials && covered < trials, covered + " of " + trials);
  }

  @Test
  void aRatioOfKnownMediansLiesInItsInterval() {
    double[] base = {100, 101, 99, 100.5, 99.5};
    double[] slow = {130, 131, 129, 130.5, 129.5};
    Estimate ratio = Stats.ratioInterval(slow, base);
    assertEquals(1.3, ratio.median(), 1e-12);
    assertTrue(ratio.lo() > 1.27 && ratio.hi() < 1.33, ratio.toString());
    assertTrue(Double.isNaN(Stats.ratioInterval(slow, new double[] {0, 0}).median()));
  }

  /** The 95 % interval of a median of n values reaches from rank n/2 - 0.98 √n to n/2 + 0.98 √n. */
  @Test
  void theIntervalOfManyValuesIsThatOfTheirRanks() {
    for (int n : new int[] {999, 1_001, 100_000}) {
      double[] ranks = java.util.stream.IntStream.range(0, n).mapToDouble(i -> i).toArray();
      Estimate e = Stats.medianInterval(ranks);
      double half = 0.98 * Math.sqrt(n);
      assertEquals((n - 1) / 2.0, e.median());
      assertEquals(n / 2.0 - half, e.lo(), 0.15 * half, "lower end of " + n);
      assertEquals(n / 2.0 + half, e.hi(), 0.15 * half, "upper end of " + n);
    }
  }

  @Test
  void outliersAreMarked() {
    assertEquals(List.of(4), Stats.outliers(1, 1.1, 0.9, 1.05, 9));
    assertEquals(List.of(), Stats.outliers(1, 1, 1));
  }
}
