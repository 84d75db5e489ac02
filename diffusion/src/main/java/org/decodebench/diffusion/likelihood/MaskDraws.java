package org.decodebench.diffusion.likelihood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.sampling.RandomStream;

/**
 * Draws of what to mask, for an unbiased estimate of a diffusion bound. Noise levels are
 * stratified, one pair a stratum, and antithetic: the second of a pair has the mirrored level and
 * masks first what the first one masks last.
 */
record MaskDraws(Form form, RandomStream random) {

  /** Two estimators of one bound, equal in expectation. */
  enum Form {
    /**
     * Masks exactly l of n positions, l uniform on 1…n, weight n / l (LLaDA, 2502.09992). Less
     * variance, and exact for a single position.
     */
    COUNT,
    /**
     * Masks each position with probability t, t uniform on (0, 1], weight 1 / t (MDLM, 2406.07524).
     */
    TIME
  }

  /**
   * @param masked positions, ascending
   * @param weight of the summed negative log-probabilities
   */
  record Draw(int[] masked, double weight) {}

  /**
   * @param positions that may be masked
   * @param samples an even number
   */
  List<Draw> draw(int[] positions, int samples) {
    if (positions.length == 1 && form == Form.COUNT) {
      return List.of(new Draw(positions, 1));
    }
    int strata = samples / 2;
    List<Draw> draws = new ArrayList<>();
    for (int k = 0; k < strata; k++) {
      // The level's counter cannot meet a position's.
      double level = (k + random.uniform(-1L - positions[0], k)) / strata;
      double[] keys = new double[positions.length];
      for (int i = 0; i < keys.length; i++) {
        keys[i] = random.uniform(positions[i], k);
      }
      draws.add(
          form == Form.COUNT
              ? counted(positions, keys, level, false)
              : timed(positions, keys, level, false));
      draws.add(
          form == Form.COUNT
              ? counted(positions, keys, level, true)
              : timed(positions, keys, level, true));
    }
    return draws;
  }

  private static Draw counted(int[] positions, double[] keys, double level, boolean mirrored) {
    int n = positions.length;
    int up = 1 + (int) (level * n);
    int count = mirrored ? n + 1 - up : up;
    Comparator<Integer> byKey = Comparator.comparingDouble(i -> keys[i]);
    int[] masked =
        IntStream.range(0, n)
            .boxed()
            .sorted(mirrored ? byKey.reversed() : byKey)
            .limit(count)
            .mapToInt(i -> positions[i])
            .sorted()
            .toArray();
    return new Draw(masked, (double) n / count);
  }

  /**
   * The plain estimator, mask each with probability t and weigh by 1 / t, has infinite variance: at
   * small t almost every draw is empty and the rest weigh enormously. Draws are therefore taken
   * given that they are not empty, and weighed by the chance of that over t: the same expectation
   * with weights of at most n.
   */
  private static Draw timed(int[] positions, double[] keys, double level, boolean mirrored) {
    int n = positions.length;
    double t = Math.max(mirrored ? 1 - level : level, Double.MIN_NORMAL);
    int[] masked = new int[n];
    int count = 0;
    for (int i = 0; i < n; i++) {
      double p = count > 0 ? t : t / someOf(n - i, t);
      if ((mirrored ? 1 - keys[i] : keys[i]) < p) {
        masked[count++] = positions[i];
      }
    }
    return new Draw(Arrays.copyOf(masked, count), someOf(n, t) / t);
  }

  /** Chance that at least one of n positions is masked. */
  private static double someOf(int n, double t) {
    return -Math.expm1(n * Math.log1p(-t));
  }
}
