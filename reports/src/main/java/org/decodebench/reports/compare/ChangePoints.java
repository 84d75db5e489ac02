package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Where a series changed its level: the split that separates best, if shuffled series hardly ever
 * separate as well, and the same again on both sides (binary segmentation with a permutation test,
 * as in Matteson and James 2014).
 */
public final class ChangePoints {
  private ChangePoints() {}

  private static final int SHUFFLES = 999;
  private static final double SIGNIFICANCE = 0.01;

  /** Fewer than this on one side are a blip, not a level. */
  private static final int SHORTEST = 2;

  /** With fewer values than this no split can be significant. */
  public static final int FEWEST = 8;

  /**
   * @param values in order of time, no NaN
   * @return indices at which a new level begins, ascending
   */
  public static List<Integer> find(double... values) {
    List<Integer> points = new ArrayList<>();
    split(values, 0, values.length, points);
    points.sort(null);
    return points;
  }

  private static void split(double[] values, int from, int to, List<Integer> points) {
    if (to - from < FEWEST) {
      return;
    }
    double[] part = Arrays.copyOfRange(values, from, to);
    // Whether there is a change is decided on ranks, so that one noisy run cannot make or hide a
    // level; where it is, on the values, which say it more exactly.
    double[] ranks = ranks(part);
    if (best(ranks).at() < 0 || !significant(ranks, best(ranks).score())) {
      return;
    }
    int point = from + best(part).at();
    points.add(point);
    split(values, from, point, points);
    split(values, point, to, points);
  }

  private record Split(int at, double score) {}

  /** The split with the largest difference of means, weighed by the sizes: least squares. */
  private static Split best(double[] values) {
    double total = Arrays.stream(values).sum();
    double left = 0;
    Split best = new Split(-1, 0);
    int n = values.length;
    for (int k = 1; k < n; k++) {
      left += values[k - 1];
      if (k < SHORTEST || n - k < SHORTEST) {
        continue;
      }
      double difference = left / k - (total - left) / (n - k);
      double score = Math.abs(difference) * Math.sqrt((double) k * (n - k) / n);
      if (score > best.score() + 1e-12) {
        best = new Split(k, score);
      }
    }
    return best;
  }

  private static boolean significant(double[] ranks, double score) {
    SplittableRandom random = new SplittableRandom(ranks.length);
    double[] shuffled = ranks.clone();
    int asGood = 0;
    for (int i = 0; i < SHUFFLES; i++) {
      for (int j = shuffled.length - 1; j > 0; j--) {
        int k = random.nextInt(j + 1);
        double swap = shuffled[j];
        shuffled[j] = shuffled[k];
        shuffled[k] = swap;
      }
      asGood += best(shuffled).score() >= score - 1e-12 ? 1 : 0;
    }
    return (asGood + 1.0) / (SHUFFLES + 1) <= SIGNIFICANCE;
  }

  /** Equal values share the mean of their ranks. */
  private static double[] ranks(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int below = 0;
      int equal = 0;
      for (double v : sorted) {
        below += v < values[i] ? 1 : 0;
        equal += v == values[i] ? 1 : 0;
      }
      ranks[i] = below + (equal + 1) / 2.0;
    }
    return ranks;
  }
}
