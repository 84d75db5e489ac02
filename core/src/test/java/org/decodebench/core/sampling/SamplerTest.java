package org.decodebench.core.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.model.Logits;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float[] LOGITS = logs(0.4, 0.3, 0.2, 0.1);

  @Test
  void greedyTakesTheLargestLogitAndTheLowestIdAmongEquals() {
    assertArrayEquals(
        new double[] {0, 1, 0, 0}, distribution("", new float[] {1, 3, 3, 2}, History.EMPTY));
    assertEquals(
        1,
        settings("")
            .sampler(4)
            .sample(
                new Logits(new float[] {9, 9, 9, 9, 1, 3, 3, 2}, 2, 4), 1, History.EMPTY, 0.99));
  }

  @Test
  void temperatureOneGivesTheSoftmaxAndTwoItsSquareRootRenormalised() {
    assertClose(distribution("temperature=1"), 0.4, 0.3, 0.2, 0.1);
    double sum = Math.sqrt(0.4) + Math.sqrt(0.3) + Math.sqrt(0.2) + Math.sqrt(0.1);
    assertClose(
        distribution("temperature=2"),
        Math.sqrt(0.4) / sum,
        Math.sqrt(0.3) / sum,
        Math.sqrt(0.2) / sum,
        Math.sqrt(0.1) / sum);
  }

  @Test
  void topKKeepsExactlyKAlsoAmongEquals() {
    assertClose(distribution("temperature=1,top-k=2"), 4 / 7.0, 3 / 7.0, 0, 0);
    assertClose(
        distribution("temperature=1,top-k=2", new float[] {0, 1, 0, 0}, History.EMPTY),
        1 / (1 + Math.E),
        Math.E / (1 + Math.E),
        0,
        0);
  }

  @Test
  void topPKeepsTheCrossingToken() {
    assertClose(distribution("temperature=1,top-p=0.5"), 4 / 7.0, 3 / 7.0, 0, 0);
    assertClose(distribution("temperature=1,top-p=0.01"), 1, 0, 0, 0);
    assertClose(distribution("temperature=1,top-p=0.75"), 4 / 9.0, 3 / 9.0, 2 / 9.0, 0);
  }

  @Test
  void topPAfterTopKMeasuresTheRenormalisedMass() {
    // After top-k the first token has 4/7 > 0.55, so it alone is the nucleus.
    assertClose(distribution("temperature=1,top-k=2,top-p=0.55"), 1, 0, 0, 0);
  }

  @Test
  void minPKeepsAShareOfTheLargest() {
    assertClose(distribution("temperature=1,min-p=0.49"), 4 / 9.0, 3 / 9.0, 2 / 9.0, 0);
  }

  @Test
  void typicalPMayDropTheMostProbableToken() {
    // Entropy 1.97; surprisals 1.20 of the first and 2.30 of all others, which are nearer.
    double[] p = new double[] {0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    double[] kept = distribution("temperature=1,typical-p=0.45", logs(p), History.EMPTY);
    assertEquals(0, kept[0]);
    assertClose(kept, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0);
  }

  @Test
  void truncationsAgreeWithTheirDefinitionOnRandomDistributions() {
    Random random = new Random(7);
    for (int trial = 0; trial < 200; trial++) {
      float[] logits = new float[1 + random.nextInt(40)];
      for (int v = 0; v < logits.length; v++) {
        logits[v] = (float) random.nextGaussian() * 3;
      }
      double[] p = distribution("temperature=1", logits, History.EMPTY);
      double bound = 0.05 + 0.9 * random.nextDouble();
      double[] nucleus = distribution("temperature=1,top-p=" + bound, logits, History.EMPTY);
      for (int v = 0; v < p.length; v++) {
        // In the nucleus iff the mass strictly before it has not reached the bound.
        double before = 0;
        for (double other : p) {
          before += other > p[v] ? other : 0;
        }
        assertEquals(before < bound, nucleus[v] > 0, "trial " + trial);
      }
      assertEquals(1, sum(nucleus), 1e-12);
    }
  }

  @Test
  void penaltiesSeeWhatTheySay() {
    History history = new History(new int[] {0, 1, 1, 3, 9}, 4, 1);
    float[] logits = {2, 1, -1, -2};
    double[] expected = {2 / 1.5, 1 / 1.5 - 2 * 0.25 - 0.5, -1, -2 * 1.5 - 0.25 - 0.5};
    Distributions.softmax(expected, expected);
    assertClose(
        distribution(
            "temperature=1,repetition-penalty=1.5,frequency-penalty=0.25,presence-penalty=0.5",
            logits,
            history),
        expected);
  }

  @Test
  void logitBiasMovesAndBans() {
    assertClose(
        distribution("temperature=1,logit-bias=0:-Infinity;3:" + Math.log(5)), 0, .3, .2, .5);
    UsageException e =
        assertThrows(UsageException.class, () -> settings("logit-bias=9:1").sampler(4));
    assertTrue(e.getMessage().contains("9"), e.getMessage());
    assertThrows(UsageException.class, () -> settings("logit-bias=x"));
    assertThrows(UsageException.class, () -> settings("logit-bias=1:NaN"));
  }

  @Test
  void nothingPossibleIsAClearError() {
    float[] none = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (String greedyOrNot :
        List.of("", "temperature=1", "temperature=1,top-p=0.5,typical-p=0.5")) {
      UsageException e =
          assertThrows(UsageException.class, () -> distribution(greedyOrNot, none, History.EMPTY));
      assertTrue(e.getMessage().contains("no token is possible"), e.getMessage());
    }
  }

  @Test
  void samplesFollowTheDistribution() {
    double[] p = {0.1, 0, 0.6, 0.3};
    int[] count = new int[4];
    int n = 100_000;
    RandomStream random = new RandomStream(3, 5);
    for (int i = 0; i < n; i++) {
      count[Distributions.sample(p, random.uniform(i, 0))]++;
    }
    assertEquals(0, count[1]);
    double chiSquare = 0;
    for (int v : new int[] {0, 2, 3}) {
      chiSquare += Math.pow(count[v] - n * p[v], 2) / (n * p[v]);
    }
    assertTrue(chiSquare < 9.21, "chi-square " + chiSquare + " (2 degrees, p = 0.01: 9.21)");
  }

  @Test
  void randomNumbersAreAFunctionOfStreamPositionAndStep() {
    RandomStream a = new RandomStream(1, 2);
    assertEquals(a.uniform(3, 4), new RandomStream(1, 2).uniform(3, 4));
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      values.add(new RandomStream(i / 32, (i / 16) % 2).uniform((i / 4) % 4, i % 4));
    }
    assertEquals(64, values.stream().distinct().count());
  }

  private static SamplingSettings settings(String text) {
    return SamplingSettings.parse(Settings.parse("test", SamplingSettings.after(), text));
  }

  private static double[] distribution(String settings) {
    return distribution(settings, LOGITS, History.EMPTY);
  }

  private static double[] distribution(String settings, float[] logits, History history) {
    double[] out = new double[logits.length];
    settings(settings).sampler(logits.length).distribution(logits, 0, history, out);
    return out;
  }

  private static void assertClose(double[] actual, double... expected) {
    assertArrayEquals(expected, actual, 1e-6);
  }

  private static double sum(double[] p) {
    double sum = 0;
    for (double x : p) {
      sum += x;
    }
    return sum;
  }

  private static float[] logs(double... p) {
    float[] logits = new float[p.length];
    for (int v = 0; v < p.length; v++) {
      logits[v] = (float) Math.log(p[v]);
    }
    return logits;
  }
}
