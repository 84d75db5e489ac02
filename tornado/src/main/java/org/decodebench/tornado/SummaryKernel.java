package org.decodebench.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a greedy step and the ranking of a diffusion step ask of a row of logits, so that the row
 * itself stays on the device: {@link org.decodebench.core.model.Logits#peak} and {@link
 * org.decodebench.core.model.Logits#mass}. The mask token, if the model has one, is told apart.
 */
final class SummaryKernel {
  static final int GROUP = 256;

  // What is kept of a row.
  static final int TOKEN = 0;
  static final int FIRST = 1;
  static final int SECOND = 2;
  static final int SUM = 3;
  static final int MOMENT = 4;

  /** Logit of the mask token. */
  static final int MASK = 5;

  static final int FIELDS = 6;

  private SummaryKernel() {}

  /**
   * Groups: 1 × wanted rows.
   *
   * @param out {@code [wanted][FIELDS]}
   * @param mask token that does not count, or -1
   * @param onlyAt the chunk in whose execution it computes
   */
  static void summarize(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray logits,
      DoubleArray out,
      int vocab,
      int mask,
      int onlyAt) {
    float[] firsts = c.allocateFloatLocalArray(GROUP);
    float[] seconds = c.allocateFloatLocalArray(GROUP);
    int[] tokens = c.allocateIntLocalArray(GROUP);
    double[] sums = c.allocateDoubleLocalArray(GROUP);
    double[] moments = c.allocateDoubleLocalArray(GROUP);
    int row = c.groupIdy;
    int t = c.localIdx;
    // No barrier is inside a condition, see Products: a group with nothing to do has empty loops.
    int size = row < call.get(Call.WANTED) && state.get(0) == onlyAt ? vocab : 0;
    int from = row * vocab;
    int token = -1;
    float first = Float.NEGATIVE_INFINITY;
    float second = Float.NEGATIVE_INFINITY;
    for (int v = t; v < size; v += GROUP) {
      float logit = logits.get(from + v);
      if (v != mask) {
        if (token < 0 || logit > first) {
          second = first;
          first = logit;
          token = v;
        } else if (logit > second) {
          second = logit;
        }
      }
    }
    firsts[t] = first;
    seconds[t] = second;
    tokens[t] = token;
    c.localBarrier();
    for (int step = GROUP / 2; step > 0; step /= 2) {
      if (t < step) {
        float mine = firsts[t];
        float other = firsts[t + step];
        int otherToken = tokens[t + step];
        boolean better =
            otherToken >= 0
                && (tokens[t] < 0 || other > mine || (other == mine && otherToken < tokens[t]));
        if (better) {
          seconds[t] = TornadoMath.max(mine, seconds[t + step]);
          firsts[t] = other;
          tokens[t] = otherToken;
        } else {
          seconds[t] = TornadoMath.max(seconds[t], other);
        }
      }
      c.localBarrier();
    }
    double top = firsts[0];
    double sum = 0;
    double moment = 0;
    for (int v = t; v < size; v += GROUP) {
      double d = logits.get(from + v) - top;
      double e = TornadoMath.exp(d);
      if (v != mask) {
        sum += e;
        if (e > 0) {
          moment += d * e;
        }
      }
    }
    sums[t] = sum;
    moments[t] = moment;
    c.localBarrier();
    for (int step = GROUP / 2; step > 0; step /= 2) {
      if (t < step) {
        sums[t] += sums[t + step];
        moments[t] += moments[t + step];
      }
      c.localBarrier();
    }
    if (t == 0 && size > 0) {
      int to = row * FIELDS;
      out.set(to + TOKEN, tokens[0]);
      out.set(to + FIRST, firsts[0]);
      out.set(to + SECOND, seconds[0]);
      out.set(to + SUM, sums[0]);
      out.set(to + MOMENT, moments[0]);
      out.set(to + MASK, mask < 0 ? 0 : logits.get(from + Math.max(mask, 0)));
    }
  }
}
