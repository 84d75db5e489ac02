package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.decodebench.core.sampling.Distributions;
import org.junit.jupiter.api.Test;

class LogitsTest {
  private static final int VOCAB = 23;

  /** Rows of few different values, so that ties are common. */
  private static Logits random(int rows) {
    Random random = new Random(3);
    float[] values = new float[rows * VOCAB];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(6) / 2f;
    }
    return new Logits(values, rows, VOCAB);
  }

  @Test
  void aPeakIsTheHeadOfTheRowInOrder() {
    Logits logits = random(50);
    for (int except : new int[] {-1, 0, 7, VOCAB - 1}) {
      for (int i = 0; i < logits.rows(); i++) {
        int row = i;
        List<Integer> sorted =
            IntStream.range(0, VOCAB)
                .filter(v -> v != except)
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -logits.get(row, v)))
                .toList();
        assertEquals(
            new Logits.Peak(
                sorted.get(0), logits.get(row, sorted.get(0)), logits.get(row, sorted.get(1))),
            logits.peak(row, except));
        assertEquals(logits.peak(row, -1).token(), logits.argmax(row));
      }
    }
  }

  @Test
  void aMassGivesTheSoftmaxsTopProbabilityAndEntropy() {
    Logits logits = random(50);
    double[] p = new double[VOCAB];
    for (int row = 0; row < logits.rows(); row++) {
      Distributions.softmax(logits.values(), logits.offset(row), p);
      Logits.Mass mass = logits.mass(row, -1);
      assertEquals(p[logits.argmax(row)], 1 / mass.sum(), 1e-15);
      double entropy = Math.log(mass.sum()) - mass.moment() / mass.sum();
      assertEquals(Distributions.entropy(p), entropy, 1e-13);
    }
  }

  @Test
  void anImpossibleRowCountsAsUniformAndANaNIsSaid() {
    float[] values = new float[2 * VOCAB];
    java.util.Arrays.fill(values, 0, VOCAB, Float.NEGATIVE_INFINITY);
    values[VOCAB + 5] = Float.NaN;
    Logits logits = new Logits(values, 2, VOCAB);
    assertEquals(new Logits.Mass(VOCAB - 1, 0), logits.mass(0, 3));
    assertThrows(IllegalStateException.class, () -> logits.mass(1, 3));
  }
}
