package org.decodebench.diffusion.policy;

import java.util.TreeSet;

/**
 * Hierarchical decoding (dInfer, 2510.08666): the most confident position of every run of masked
 * ones, if it is confident enough, so that commits fall far apart; and every position above the
 * threshold; and at least the most confident of all.
 *
 * @param threshold every position above it is placed
 * @param low what the best of a run must be above
 */
public record Hierarchical(double threshold, double low) implements UnmaskingPolicy.Rule {

  @Override
  public UnmaskingPolicy begin(int masked) {
    return this::commit;
  }

  private void commit(Step step) {
    int[] masked = step.masked();
    TreeSet<Integer> chosen = new TreeSet<>();
    int best = masked[0];
    int bestOfRun = masked[0];
    for (int i = 0; i < masked.length; i++) {
      double confidence = confidence(step, masked[i]);
      if (confidence > confidence(step, best)) {
        best = masked[i];
      }
      boolean startsRun = i == 0 || masked[i] != masked[i - 1] + 1;
      if (startsRun || confidence > confidence(step, bestOfRun)) {
        bestOfRun = masked[i];
      }
      boolean endsRun = i + 1 == masked.length || masked[i + 1] != masked[i] + 1;
      if (endsRun && confidence(step, bestOfRun) > low) {
        chosen.add(bestOfRun);
      }
      if (confidence > threshold) {
        chosen.add(masked[i]);
      }
    }
    chosen.add(best);
    chosen.forEach(step::commit);
  }

  private static double confidence(Step step, int position) {
    return step.at(position).confidence();
  }
}
