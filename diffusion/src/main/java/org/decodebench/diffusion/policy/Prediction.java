package org.decodebench.diffusion.policy;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * What the model says about one position: its distribution at temperature 1 without the mask token,
 * which is never a prediction (MDLM, 2406.07524). Confidence, margin and entropy are of this
 * distribution, not of the sampling distribution, so they mean the same at every temperature.
 *
 * <p>Reads the session's logits in place: valid until the next forward.
 */
public final class Prediction {
  private final float[] logits;
  private final int offset;
  private final int vocab;
  private final int maskId;
  private IntPredicate isEnd = token -> false;
  private double endWeight = 1;
  private boolean summed;
  private int best = -1;
  private double second = Double.NEGATIVE_INFINITY;
  private double sum;
  private double moment;

  /**
   * @param logits holds the row at {@code offset…offset + vocab - 1}
   */
  public Prediction(float[] logits, int offset, int vocab, int maskId) {
    this.logits = logits;
    this.offset = offset;
    this.vocab = vocab;
    this.maskId = maskId;
  }

  public float[] logits() {
    return logits;
  }

  public int offset() {
    return offset;
  }

  public int vocab() {
    return vocab;
  }

  /** A copy of the row: {@code [vocab]}. */
  public float[] copy() {
    return Arrays.copyOfRange(logits, offset, offset + vocab);
  }

  /** The same position with other logits, {@code [vocab]}. */
  public Prediction with(float[] row) {
    Prediction other = new Prediction(row, 0, vocab, maskId);
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
    Prediction other = new Prediction(logits, offset, vocab, maskId);
    other.isEnd = isEnd;
    other.endWeight = weight;
    return other;
  }

  private double weight() {
    return endWeight == 1 || !isEnd.test(best()) ? 1 : endWeight;
  }

  /** The most probable token, the lowest id among equals. */
  public int best() {
    if (best < 0) {
      float top = Float.NEGATIVE_INFINITY;
      for (int v = 0; v < vocab; v++) {
        float logit = logits[offset + v];
        if (v == maskId) {
          continue;
        }
        if (best < 0 || logit > top) {
          second = top;
          top = logit;
          best = v;
        } else if (logit > second) {
          second = logit;
        }
      }
    }
    return best;
  }

  /**
   * Whether any token is possible. An oracle that is shown an impossible canvas (parallel commits
   * can make one) gives negative infinity throughout; the position then counts as uniform.
   */
  public boolean possible() {
    return logits[offset + best()] > Float.NEGATIVE_INFINITY;
  }

  /** Probability of the most probable token. */
  public double confidence() {
    sum();
    return weight() / sum;
  }

  /** Distance of the two most probable tokens' probabilities. */
  public double margin() {
    sum();
    return possible() ? weight() * (1 - Math.exp(second - logits[offset + best])) / sum : 0;
  }

  /** Shannon entropy in nats. */
  public double entropy() {
    sum();
    return Math.log(sum) - moment / sum;
  }

  public double probability(int token) {
    return Math.exp(logProbability(token));
  }

  /** Natural logarithm; negative infinity for the mask token and for an impossible row. */
  public double logProbability(int token) {
    sum();
    return token == maskId || !possible()
        ? Double.NEGATIVE_INFINITY
        : logits[offset + token] - (double) logits[offset + best] - Math.log(sum);
  }

  /**
   * @param out {@code [vocab]}, sums to one
   */
  public void probabilities(double[] out) {
    sum();
    for (int v = 0; v < vocab; v++) {
      out[v] = v == maskId ? 0 : Math.exp(below(v)) / sum;
    }
  }

  /** Distance to the largest logit, at most 0. */
  private double below(int token) {
    return possible() ? logits[offset + token] - (double) logits[offset + best] : 0;
  }

  /** Σ exp(l − max) and Σ (l − max) exp(l − max), once. */
  private void sum() {
    if (summed) {
      return;
    }
    for (int v = 0; v < vocab; v++) {
      double d = below(v);
      if (v != maskId && d != Double.NEGATIVE_INFINITY) {
        double e = Math.exp(d);
        sum += e;
        moment += d * e;
      }
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the model gave NaN as a logit");
    }
    summed = true;
  }
}
