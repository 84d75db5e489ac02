package org.decodebench.diffusion.policy;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.decodebench.core.model.Logits;

/**
 * What the model says about one position: its distribution at temperature 1 without the mask token,
 * which is never a prediction (MDLM, 2406.07524). Confidence, margin and entropy are of this
 * distribution, not of the sampling distribution, so they mean the same at every temperature.
 *
 * <p>Reads the session's logits in place: valid until the next forward.
 */
public final class Prediction {
  private final Logits logits;
  private final int row;
  private final int maskId;
  private IntPredicate isEnd = token -> false;
  private double endWeight = 1;
  private Logits.Peak peak;
  private Logits.Mass mass;

  public Prediction(Logits logits, int row, int maskId) {
    this.logits = logits;
    this.row = row;
    this.maskId = maskId;
  }

  /**
   * Holds the row at {@code offset…offset + vocab - 1}; what else is in it may be another step's.
   */
  public float[] logits() {
    return logits.values(row);
  }

  public int offset() {
    return logits.offset(row);
  }

  public int vocab() {
    return logits.vocab();
  }

  /** A copy of the row: {@code [vocab]}. */
  public float[] copy() {
    return Arrays.copyOfRange(logits(), offset(), offset() + vocab());
  }

  /** The same position with other logits, {@code [vocab]}. */
  public Prediction with(float[] row) {
    Prediction other = new Prediction(new Logits(row, 1, row.length), 0, maskId);
    other.isEnd = isEnd;
    other.endWeight = endWeight;
    return other;
  }

  /**
   * The same prediction, in which a most probable token that ends the text counts for less: its
   * confidence and margin are weighted, its probabilities stay.
   *
   * @param weight 1 for no difference, 0 for such positions last
   */
  public Prediction dampEnds(IntPredicate isEnd, double weight) {
    Prediction other = new Prediction(logits, row, maskId);
    other.isEnd = isEnd;
    other.endWeight = weight;
    return other;
  }

  private double weight() {
    return endWeight == 1 || !isEnd.test(best()) ? 1 : endWeight;
  }

  /** The most probable token, the lowest id among equals. */
  public int best() {
    return peak().token();
  }

  /**
   * Whether any token is possible. An oracle that is shown an impossible canvas (parallel commits
   * can make one) gives negative infinity throughout; the position then counts as uniform.
   */
  public boolean possible() {
    return peak().first() > Float.NEGATIVE_INFINITY;
  }

  /** Probability of the most probable token. */
  public double confidence() {
    return weight() / mass().sum();
  }

  /** Distance of the two most probable tokens' probabilities. */
  public double margin() {
    return possible() ? weight() * (1 - Math.exp(peak.second() - peak.first())) / mass().sum() : 0;
  }

  /** Shannon entropy in nats. */
  public double entropy() {
    return Math.log(mass().sum()) - mass.moment() / mass.sum();
  }

  public double probability(int token) {
    return Math.exp(logProbability(token));
  }

  /** Natural logarithm; negative infinity for the mask token and for an impossible row. */
  public double logProbability(int token) {
    return token == maskId || !possible()
        ? Double.NEGATIVE_INFINITY
        : below(logits.get(row, token)) - Math.log(mass().sum());
  }

  /**
   * @param out {@code [vocab]}, sums to one
   */
  public void probabilities(double[] out) {
    double sum = mass().sum();
    float[] row = logits();
    for (int v = 0; v < out.length; v++) {
      out[v] = v == maskId ? 0 : Math.exp(below(row[offset() + v])) / sum;
    }
  }

  /** Distance to the largest logit, at most 0. */
  private double below(float logit) {
    return possible() ? logit - (double) peak.first() : 0;
  }

  private Logits.Peak peak() {
    if (peak == null) {
      peak = logits.peak(row, maskId);
    }
    return peak;
  }

  private Logits.Mass mass() {
    if (mass == null) {
      mass = logits.mass(row, maskId);
    }
    return mass;
  }
}
