package org.decodebench.diffusion.policy;

/**
 * Commits the best-ranked positions: as many as the schedule says or the quota allows, whichever is
 * more, and at least one.
 */
public record RankedRule(Order order, Schedule schedule, Quota quota)
    implements UnmaskingPolicy.Rule {

  /** How many of the ranked positions a confidence rule lets through in one step. */
  @FunctionalInterface
  public interface Quota {

    /**
     * @param scores by the order, highest first
     */
    int count(double[] scores);

    /** Nothing beyond the schedule. */
    static Quota none() {
      return scores -> 0;
    }

    /** All of a score of at least {@code threshold} (Fast-dLLM, 2505.22618). */
    static Quota threshold(double threshold) {
      return scores -> {
        int n = 0;
        while (n < scores.length && scores[n] >= threshold) {
          n++;
        }
        return n;
      };
    }

    /** Largest n with (n + 1)(1 − c₍ₙ₎) &lt; factor, c in descending order (2505.22618). */
    static Quota factor(double factor) {
      return scores -> {
        int n = 0;
        while (n < scores.length && (n + 2) * (1 - scores[n]) < factor) {
          n++;
        }
        return n;
      };
    }

    /**
     * Longest prefix in ascending entropy with ΣH − max H &lt;= bound (EB-Sampler, 2505.24857);
     * scores are negative entropies, so the last one's is the largest.
     */
    static Quota entropyBound(double bound) {
      return scores -> {
        double before = 0;
        int n = 0;
        while (n < scores.length && before <= bound) {
          before -= scores[n];
          n++;
        }
        return n;
      };
    }
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    return step -> {
      Ranking ranking = order.rank(step);
      int scheduled = schedule.count(masked, step.index());
      int count = Math.max(Math.max(1, scheduled), quota.count(ranking.scores()));
      for (int i = 0; i < Math.min(count, ranking.size()); i++) {
        order.commit(step, ranking.positions()[i]);
      }
    };
  }
}
