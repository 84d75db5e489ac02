package org.decodebench.diffusion.policy;

import java.util.Arrays;

/**
 * Sub-blocks within a window, from left to right (Fast-dLLM v2, 2509.26328: blocks of 32 that are
 * filled 8 positions at a time). The rule inside sees the masked positions of the first unfinished
 * sub-block only; the model sees the whole window.
 *
 * @param inner the rule of a sub-block
 * @param size of a sub-block, aligned to position 0
 */
public record SubBlocks(UnmaskingPolicy.Rule inner, int size) implements UnmaskingPolicy.Rule {

  public SubBlocks {
    if (size < 1 || !inner.placedIsFinal() || inner.readsPlaced()) {
      throw new IllegalArgumentException(
          "sub-blocks of %d with a rule that changes what is placed".formatted(size));
    }
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    return new UnmaskingPolicy() {
      private int current = -1;
      private int begun;
      private UnmaskingPolicy policy;

      @Override
      public void step(Step step) {
        int first = step.masked()[0] / size;
        int[] open = Arrays.stream(step.masked()).filter(p -> p / size == first).toArray();
        if (first != current) {
          current = first;
          begun = step.index();
          policy = inner.begin(open.length);
        }
        policy.step(new Part(step, open, step.index() - begun));
      }

      /** Before the first step of a sub-block no rule has anything to add to its predictions. */
      @Override
      public Prediction see(int position, Prediction prediction) {
        return policy != null && position / size == current
            ? policy.see(position, prediction)
            : prediction;
      }
    };
  }

  /** A step on some of the masked positions. */
  private record Part(Step step, int[] masked, int index) implements Step {
    @Override
    public int[] placed() {
      return step.placed();
    }

    @Override
    public int token(int position) {
      return step.token(position);
    }

    @Override
    public Prediction at(int position) {
      return step.at(position);
    }

    @Override
    public double key(int position) {
      return step.key(position);
    }

    @Override
    public boolean flip(double p, int position, int tick) {
      return step.flip(p, position, tick);
    }

    @Override
    public int trial(int position) {
      return step.trial(position);
    }

    @Override
    public int interval(int position, int intervals) {
      return step.interval(position, intervals);
    }

    @Override
    public int commit(int position) {
      return step.commit(position);
    }

    @Override
    public void commit(int position, int token) {
      step.commit(position, token);
    }

    @Override
    public void remask(int position) {
      step.remask(position);
    }
  }
}
