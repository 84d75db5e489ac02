package org.decodebench.diffusion.policy;

/**
 * Editing after placing (LLaDA 2.1, 2602.08676): in every step a placed token gives way to another
 * one of which the model is surer than a threshold; when all is placed, this goes on until nothing
 * changes, for a bounded number of steps.
 *
 * @param inner the rule that unmasks
 * @param threshold what the probability of the new token must be above
 * @param postSteps most steps after everything is placed
 */
public record Editing(UnmaskingPolicy.Rule inner, double threshold, int postSteps)
    implements UnmaskingPolicy.Rule {

  @Override
  public boolean placedIsFinal() {
    return false;
  }

  @Override
  public boolean readsPlaced() {
    return true;
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    UnmaskingPolicy policy = inner.begin(masked);
    return new UnmaskingPolicy() {
      private boolean stable;
      private int post;

      @Override
      public boolean done(int left) {
        return left == 0 && (stable || post == postSteps);
      }

      @Override
      public Prediction see(int position, Prediction prediction) {
        return policy.see(position, prediction);
      }

      @Override
      public void step(Step step) {
        boolean complete = step.masked().length == 0;
        post += complete ? 1 : 0;
        boolean changed = edit(step);
        stable = complete && !changed;
        if (!complete) {
          policy.step(step);
        }
      }
    };
  }

  private boolean edit(Step step) {
    boolean changed = false;
    for (int position : step.placed()) {
      Prediction prediction = step.at(position);
      if (prediction.best() != step.token(position) && prediction.confidence() > threshold) {
        step.commit(position, prediction.best());
        changed = true;
      }
    }
    return changed;
  }
}
