package org.decodebench.diffusion.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * Credit decoding (2510.06133, as in dInfer 2510.08666): what the model has preferred in earlier
 * steps raises its logits now, so that a token which stays on top is placed sooner. Credit decays
 * and grows by p^γ of the step's best token; logits gain α·log(1 + credit). The rule inside sees
 * and samples the raised logits.
 *
 * @param inner the rule that chooses
 * @param weight α
 * @param decay β
 * @param boost γ
 */
public record Credit(UnmaskingPolicy.Rule inner, double weight, double decay, double boost)
    implements UnmaskingPolicy.Rule {

  /** β and γ of dInfer. */
  public static Credit of(UnmaskingPolicy.Rule inner, double weight) {
    return new Credit(inner, weight, 0.8, 0.2);
  }

  @Override
  public boolean placedIsFinal() {
    return inner.placedIsFinal();
  }

  @Override
  public boolean readsPlaced() {
    return inner.readsPlaced();
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    UnmaskingPolicy policy = inner.begin(masked);
    // Few tokens of a position ever come out on top.
    Map<Integer, Map<Integer, Double>> credits = new HashMap<>();
    return new UnmaskingPolicy() {
      @Override
      public void step(Step step) {
        policy.step(step);
      }

      @Override
      public boolean done(int left) {
        return policy.done(left);
      }

      @Override
      public Prediction see(int position, Prediction prediction) {
        Map<Integer, Double> credit = credits.computeIfAbsent(position, p -> new HashMap<>());
        credit.replaceAll((token, value) -> value * decay);
        double gain = Math.pow(prediction.confidence(), boost);
        credit.merge(prediction.best(), gain, Double::sum);
        float[] raised = prediction.copy();
        credit.forEach((token, value) -> raised[token] += (float) (weight * Math.log1p(value)));
        return policy.see(position, prediction.with(raised));
      }
    };
  }
}
