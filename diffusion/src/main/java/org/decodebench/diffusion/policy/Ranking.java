package org.decodebench.diffusion.policy;

import java.util.Comparator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Positions with their scores, highest first, lower position first among equals.
 *
 * @param positions absolute
 * @param scores of these positions
 */
record Ranking(int[] positions, double[] scores) {

  static Ranking of(int[] positions, IntToDoubleFunction score) {
    double[] unsorted = new double[positions.length];
    for (int i = 0; i < positions.length; i++) {
      unsorted[i] = score.applyAsDouble(positions[i]);
    }
    int[] order =
        IntStream.range(0, positions.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> unsorted[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ranked = new int[order.length];
    double[] scores = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      ranked[i] = positions[order[i]];
      scores[i] = unsorted[order[i]];
    }
    return new Ranking(ranked, scores);
  }

  int size() {
    return positions.length;
  }
}
