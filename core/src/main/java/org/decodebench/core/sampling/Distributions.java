package org.decodebench.core.sampling;

import java.util.Arrays;

/** Distributions over the vocabulary as {@code double[vocab]}. */
public final class Distributions {
  private Distributions() {}

  /**
   * Plain softmax of a row of logits (temperature 1, nothing taken out): what a confidence or an
   * entropy is read from.
   *
   * @param out {@code [vocab]}, sums to one
   */
  public static void softmax(float[] logits, int offset, double[] out) {
    for (int v = 0; v < out.length; v++) {
      out[v] = logits[offset + v];
    }
    softmax(out, out);
  }

  /**
   * @param logits {@code [vocab]}; negative infinity for no probability
   * @param out may be {@code logits} itself
   * @return whether any token has probability; if not, {@code out} is all zero
   */
  public static boolean softmax(double[] logits, double[] out) {
    double max = logits[argmax(logits)];
    if (max == Double.NEGATIVE_INFINITY) {
      Arrays.fill(out, 0);
      return false;
    }
    for (int v = 0; v < out.length; v++) {
      out[v] = Math.exp(logits[v] - max);
    }
    double sum = sum(out);
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("the model gave NaN as a logit");
    }
    for (int v = 0; v < out.length; v++) {
      out[v] /= sum;
    }
    return true;
  }

  /** Log-probability of one token under the plain softmax of a row of logits, in nats. */
  public static double logProbability(float[] logits, int offset, int vocab, int token) {
    double max = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocab; v++) {
      max = Math.max(max, logits[offset + v]);
    }
    if (max == Double.NEGATIVE_INFINITY) {
      return max;
    }
    double sum = 0;
    for (int v = 0; v < vocab; v++) {
      sum += Math.exp(logits[offset + v] - max);
    }
    return logits[offset + token] - max - Math.log(sum);
  }

  /** The largest logit's token; the lowest id among equals. */
  public static int argmax(float[] logits, int offset, int vocab) {
    int best = 0;
    for (int v = 1; v < vocab; v++) {
      if (logits[offset + v] > logits[offset + best]) {
        best = v;
      }
    }
    return best;
  }

  /** The largest value's token; the lowest id among equals. */
  public static int argmax(double[] p) {
    int best = 0;
    for (int v = 1; v < p.length; v++) {
      if (p[v] > p[best]) {
        best = v;
      }
    }
    return best;
  }

  /**
   * The token at {@code u} of the cumulative distribution; never one without probability.
   *
   * @param p weights, not all zero; they need not sum to one
   * @param u uniform in [0, 1)
   */
  public static int sample(double[] p, double u) {
    double rest = u * sum(p);
    int last = -1;
    for (int v = 0; v < p.length; v++) {
      if (p[v] > 0) {
        last = v;
        rest -= p[v];
        if (rest < 0) {
          return v;
        }
      }
    }
    if (last < 0) {
      throw new IllegalArgumentException("no token has probability");
    }
    return last;
  }

  /** In four parts, so that an addition need not wait for the one before. */
  private static double sum(double[] values) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int v = 0;
    for (; v + 3 < values.length; v += 4) {
      a += values[v];
      b += values[v + 1];
      c += values[v + 2];
      d += values[v + 3];
    }
    for (; v < values.length; v++) {
      a += values[v];
    }
    return a + b + (c + d);
  }

  /** Shannon entropy in nats. */
  public static double entropy(double[] p) {
    double h = 0;
    for (double x : p) {
      if (x > 0) {
        h -= x * Math.log(x);
      }
    }
    return h;
  }
}
