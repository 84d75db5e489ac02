package org.decodebench.diffusion.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Mask-predict (1904.09324), the non-autoregressive ancestor: predict every masked position, then
 * mask again the n positions of least probability, n falling linearly from all to none. A position
 * keeps the probability with which it was predicted last.
 *
 * @param steps number of predictions
 */
public record MaskPredict(int steps) implements UnmaskingPolicy.Rule {

  @Override
  public boolean placedIsFinal() {
    return false;
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    Map<Integer, Double> probability = new HashMap<>();
    return new UnmaskingPolicy() {
      private int made;

      @Override
      public boolean done(int left) {
        return made == steps || (made > 0 && left == 0);
      }

      @Override
      public void step(Step step) {
        made++;
        for (int position : step.masked()) {
          probability.put(position, step.at(position).probability(step.trial(position)));
        }
        int[] all =
            IntStream.concat(IntStream.of(step.masked()), IntStream.of(step.placed()))
                .sorted()
                .toArray();
        // In order of falling probability: the first ones stay, the rest is masked again.
        int[] ranked = Ranking.of(all, probability::get).positions();
        int keep = masked - (int) ((long) masked * (steps - made) / steps);
        for (int i = 0; i < ranked.length; i++) {
          boolean isMasked = IntStream.of(step.masked()).anyMatch(at(ranked[i]));
          if (i < keep && isMasked) {
            step.commit(ranked[i], step.trial(ranked[i]));
          } else if (i >= keep && !isMasked) {
            step.remask(ranked[i]);
          }
        }
      }
    };
  }

  private static java.util.function.IntPredicate at(int position) {
    return other -> other == position;
  }
}
