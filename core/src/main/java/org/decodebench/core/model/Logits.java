package org.decodebench.core.model;

/**
 * Logits of the rows asked for, in the order of the runs and of their {@code rows}: {@code
 * [rows][vocab]}, row-major. They belong to the session and hold until its next forward.
 *
 * <p>What a greedy step or the ranking of a diffusion step needs is asked by {@link #peak} and
 * {@link #mass}: a runtime whose logits are on a device answers these there, and copies a row or
 * all {@link #values} only when they are asked for.
 */
public class Logits {
  private final float[] values;
  private final int rows;
  private final int vocab;

  /**
   * @param values at least {@code rows * vocab} values
   */
  public Logits(float[] values, int rows, int vocab) {
    this.values = values;
    this.rows = rows;
    this.vocab = vocab;
  }

  /**
   * The two largest logits of a row.
   *
   * @param token of the largest, the lowest id among equals
   * @param second as large as {@code first} where two tokens share it; negative infinity where
   *     there is no other token
   */
  public record Peak(int token, float first, float second) {}

  /**
   * The sums that probabilities and entropy come from, with m the largest logit.
   *
   * @param sum Σ exp(l − m)
   * @param moment Σ (l − m) exp(l − m)
   */
  public record Mass(double sum, double moment) {}

  /** At least {@code rows * vocab} values. */
  public float[] values() {
    return values;
  }

  /**
   * The array of {@link #values}, in which at least this row holds: one that is sampled need not
   * bring the others along.
   */
  public float[] values(int row) {
    return values();
  }

  public final int rows() {
    return rows;
  }

  public final int vocab() {
    return vocab;
  }

  /** Index in {@link #values} of the first logit of a row. */
  public final int offset(int row) {
    return row * vocab;
  }

  public float get(int row, int token) {
    return values(row)[row * vocab + token];
  }

  /** The largest logit's token; the lowest id among equals. */
  public final int argmax(int row) {
    return peak(row, -1).token();
  }

  /**
   * @param except a token that does not count, or -1
   */
  public Peak peak(int row, int except) {
    float[] logits = values(row);
    int best = -1;
    float first = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int v = 0; v < vocab; v++) {
      float logit = logits[row * vocab + v];
      if (v == except) {
        continue;
      }
      if (best < 0 || logit > first) {
        second = first;
        first = logit;
        best = v;
      } else if (logit > second) {
        second = logit;
      }
    }
    return new Peak(best, first, second);
  }

  /**
   * A row without any possible token (all negative infinity) counts as uniform.
   *
   * @param except a token that does not count, or -1
   * @throws IllegalStateException if a logit is NaN
   */
  public Mass mass(int row, int except) {
    float[] logits = values(row);
    double top = peak(row, except).first();
    boolean possible = top > Double.NEGATIVE_INFINITY;
    double sum = 0;
    double moment = 0;
    for (int v = 0; v < vocab; v++) {
      double d = possible ? logits[row * vocab + v] - top : 0;
      if (v != except && d != Double.NEGATIVE_INFINITY) {
        double e = Math.exp(d);
        sum += e;
        moment += d * e;
      }
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the model gave NaN as a logit");
    }
    return new Mass(sum, moment);
  }
}
