package org.decodebench.diffusion.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * Remasking diffusion (ReMDM, 2503.00307): from time t to s, with α = 1 − t, a placed token is
 * masked again with probability σ and a masked one is placed with probability (α_s − (1 − σ) α_t) /
 * (1 − α_t), so that the marginals stay those of masked diffusion for every σ &lt;= min(1, (1 −
 * α_s) / α_t).
 *
 * @param schedule how σ is chosen
 * @param eta its strength
 * @param steps from t = 1 to 0
 */
public record Remasking(Schedule schedule, double eta, int steps) implements UnmaskingPolicy.Rule {

  /** Schedules of σ, with the defaults of the authors' scripts. */
  public enum Schedule {
    /** σ = min(η, σ_max). */
    CAP(0.008),
    /** σ = η σ_max. */
    RESCALE(0.015),
    /**
     * σ of a position = σ_max times its share of exp(−ψ) over the placed positions, ψ the
     * probability that its token had when it was placed.
     */
    CONFIDENCE(1),
    /**
     * Plain masked diffusion down to time 0.55 until 90 % are placed, then remasking with σ = η at
     * that level until time 0.05, then the rest.
     */
    LOOP(0.02);

    private final double eta;

    Schedule(double eta) {
      this.eta = eta;
    }

    public double defaultEta() {
      return eta;
    }
  }

  private static final double LOOP_ON = 0.55;
  private static final double LOOP_OFF = 0.05;
  private static final double LOOP_ALPHA = 0.9;

  @Override
  public boolean placedIsFinal() {
    return false;
  }

  @Override
  public UnmaskingPolicy begin(int masked) {
    return new Run();
  }

  /** Share of positions that are placed at a time. */
  private double alpha(double t) {
    if (schedule != Schedule.LOOP) {
      return 1 - t;
    }
    if (t > LOOP_ON) {
      return (1 - t) * LOOP_ALPHA / (1 - LOOP_ON);
    }
    return t > LOOP_OFF ? LOOP_ALPHA : 1 - t * (1 - LOOP_ALPHA) / LOOP_OFF;
  }

  private double sigma(double t, double alphaT, double alphaS) {
    double most = alphaT > 0 ? Math.min(1, (1 - alphaS) / alphaT) : 1;
    return switch (schedule) {
      case CAP -> Math.min(eta, most);
      case RESCALE, CONFIDENCE -> eta * most;
      case LOOP -> t <= LOOP_ON && t > LOOP_OFF ? Math.min(eta, most) : 0;
    };
  }

  private final class Run implements UnmaskingPolicy {
    private final Map<Integer, Double> confidence = new HashMap<>();
    private int made;

    @Override
    public boolean done(int masked) {
      return made == steps;
    }

    /** Passes over intervals of time in which nothing happens: they need no forward. */
    @Override
    public void step(Step step) {
      boolean moved = false;
      while (!moved && made < steps) {
        moved = tick(step);
      }
    }

    private boolean tick(Step step) {
      double t = 1 - (double) made / steps;
      made++;
      double s = 1 - (double) made / steps;
      double alphaT = alpha(t);
      double alphaS = alpha(s);
      double sigma = sigma(t, alphaT, alphaS);
      boolean moved = remask(step, sigma);
      // Confidence shares of σ are of placed positions; a masked one has none.
      double kept = schedule == Schedule.CONFIDENCE ? 1 : 1 - sigma;
      double unmask = (alphaS - kept * alphaT) / (1 - alphaT);
      for (int position : step.masked()) {
        if (s == 0 || step.flip(Math.min(1, unmask), position, made)) {
          int token = step.commit(position);
          confidence.put(position, step.at(position).probability(token));
          moved = true;
        }
      }
      return moved;
    }

    private boolean remask(Step step, double sigma) {
      boolean moved = false;
      double total = 0;
      for (int position : step.placed()) {
        total += Math.exp(-confidence.get(position));
      }
      for (int position : step.placed()) {
        double share = Math.exp(-confidence.get(position)) / total;
        double p = schedule == Schedule.CONFIDENCE ? sigma * share : sigma;
        if (step.flip(p, position, made)) {
          step.remask(position);
          moved = true;
        }
      }
      return moved;
    }
  }
}
