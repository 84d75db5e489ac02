package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over the values of a row. The first {@code vectors} of them (a whole number of vectors, or
 * none) are done in vectors, the others one by one with the same operations, so that the bits do
 * not depend on {@code vectors}.
 */
final class Elementwise {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;

  // x/2 · (1 + tanh u) = x / (1 + exp(-2u)) with u = sqrt(2/π) · (x + 0.044715 x³)
  private static final float GELU_A = (float) (-2 * Math.sqrt(2 / Math.PI));
  private static final float GELU_B = (float) (-2 * Math.sqrt(2 / Math.PI) * 0.044715);

  // What Lanes.exp computes, for a vector. The loops below spell it out: a method that takes or
  // returns vectors makes objects of them wherever the compiler decides against inlining it, and
  // for loops of one or two turns it does.
  private static final FloatVector LOG2_E = FloatVector.broadcast(S, Lanes.LOG2_E);
  private static final FloatVector ROUND = FloatVector.broadcast(S, Lanes.ROUND);
  private static final FloatVector LN2_HIGH = FloatVector.broadcast(S, -Lanes.LN2_HIGH);
  private static final FloatVector LN2_LOW = FloatVector.broadcast(S, -Lanes.LN2_LOW);
  private static final FloatVector C6 = FloatVector.broadcast(S, Lanes.C6);
  private static final FloatVector C5 = FloatVector.broadcast(S, Lanes.C5);
  private static final FloatVector C4 = FloatVector.broadcast(S, Lanes.C4);
  private static final FloatVector C3 = FloatVector.broadcast(S, Lanes.C3);
  private static final FloatVector C2 = FloatVector.broadcast(S, Lanes.C2);
  private static final FloatVector ONE = FloatVector.broadcast(S, 1);

  private Elementwise() {}

  static void rmsNorm(
      float[] x,
      int xOffset,
      float[] weight,
      int n,
      float epsilon,
      float[] y,
      int yOffset,
      int vectors) {
    float scale = (float) (1 / Math.sqrt(squares(x, xOffset, n, 0, vectors) / n + epsilon));
    FloatVector scales = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector.fromArray(S, x, xOffset + i)
          .mul(scales)
          .mul(FloatVector.fromArray(S, weight, i))
          .intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  static void layerNorm(
      float[] x,
      int xOffset,
      float[] weight,
      float[] bias,
      int n,
      float epsilon,
      float[] y,
      int yOffset,
      int vectors) {
    float mean = (float) (sum(x, xOffset, n, vectors) / n);
    float scale = (float) (1 / Math.sqrt(squares(x, xOffset, n, mean, vectors) / n + epsilon));
    FloatVector scales = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector v =
          FloatVector.fromArray(S, x, xOffset + i)
              .sub(mean)
              .mul(scales)
              .mul(FloatVector.fromArray(S, weight, i));
      (bias == null ? v : v.add(FloatVector.fromArray(S, bias, i))).intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      float v = (x[xOffset + i] - mean) * scale * weight[i];
      y[yOffset + i] = bias == null ? v : v + bias[i];
    }
  }

  /** The sum: one partial sum a lane over the whole vectors, then the rest. */
  static double sum(float[] x, int offset, int n, int vectors) {
    int whole = n & -L;
    double total = vectors > 0 ? sumVectors(x, offset, whole) : sumPlain(x, offset, whole);
    for (int i = whole; i < n; i++) {
      total += x[offset + i];
    }
    return total;
  }

  private static float sumVectors(float[] x, int offset, int n) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      sum = sum.add(FloatVector.fromArray(S, x, offset + i));
    }
    return Lanes.sum(sum);
  }

  private static float sumPlain(float[] x, int offset, int n) {
    float[] lanes = new float[L];
    for (int i = 0; i < n; i++) {
      lanes[i & (L - 1)] += x[offset + i];
    }
    return Lanes.sum(lanes);
  }

  /** Σ (x − mean)². */
  private static double squares(float[] x, int offset, int n, float mean, int vectors) {
    int whole = n & -L;
    double total =
        vectors > 0 ? squaresVectors(x, offset, whole, mean) : squaresPlain(x, offset, whole, mean);
    for (int i = whole; i < n; i++) {
      float v = x[offset + i] - mean;
      total += (double) v * v;
    }
    return total;
  }

  private static float squaresVectors(float[] x, int offset, int n, float mean) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, offset + i).sub(mean);
      sum = v.fma(v, sum);
    }
    return Lanes.sum(sum);
  }

  private static float squaresPlain(float[] x, int offset, int n, float mean) {
    float[] lanes = new float[L];
    for (int i = 0; i < n; i++) {
      float v = x[offset + i] - mean;
      lanes[i & (L - 1)] = Math.fma(v, v, lanes[i & (L - 1)]);
    }
    return Lanes.sum(lanes);
  }

  static void rotate(
      float[] x, int xOffset, int half, float[] table, int tableOffset, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector a = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector b = FloatVector.fromArray(S, x, xOffset + half + i);
      FloatVector cos = FloatVector.fromArray(S, table, tableOffset + i);
      FloatVector sin = FloatVector.fromArray(S, table, tableOffset + half + i);
      a.mul(cos).sub(b.mul(sin)).intoArray(x, xOffset + i);
      b.mul(cos).add(a.mul(sin)).intoArray(x, xOffset + half + i);
    }
    for (; i < half; i++) {
      float a = x[xOffset + i];
      float b = x[xOffset + half + i];
      float cos = table[tableOffset + i];
      float sin = table[tableOffset + half + i];
      x[xOffset + i] = a * cos - b * sin;
      x[xOffset + half + i] = b * cos + a * sin;
    }
  }

  static void add(float[] x, int xOffset, float[] y, int yOffset, int n, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector.fromArray(S, y, yOffset + i)
          .add(FloatVector.fromArray(S, x, xOffset + i))
          .intoArray(y, yOffset + i);
    }
    for (; i < n; i++) {
      y[yOffset + i] += x[xOffset + i];
    }
  }

  static void scale(float[] x, int offset, int n, float factor, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector.fromArray(S, x, offset + i).mul(factor).intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      x[offset + i] *= factor;
    }
  }

  static void swiglu(float[] gate, int gateOffset, float[] up, int upOffset, int n, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector g = FloatVector.fromArray(S, gate, gateOffset + i);
      FloatVector w = g.neg().max(Lanes.LEAST).min(Lanes.MOST);
      FloatVector k = w.fma(LOG2_E, ROUND);
      FloatVector whole = k.sub(ROUND);
      FloatVector r = whole.fma(LN2_LOW, whole.fma(LN2_HIGH, w));
      FloatVector p = C6.fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2).fma(r, ONE).fma(r, ONE);
      IntVector power = k.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
      g.div(e.add(ONE))
          .mul(FloatVector.fromArray(S, up, upOffset + i))
          .intoArray(gate, gateOffset + i);
    }
    for (; i < n; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (Lanes.exp(-g) + 1) * up[upOffset + i];
    }
  }

  static void gelu(float[] x, int offset, int n, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, offset + i);
      FloatVector u = v.mul(v).mul(GELU_B).add(GELU_A).mul(v);
      FloatVector w = u.max(Lanes.LEAST).min(Lanes.MOST);
      FloatVector k = w.fma(LOG2_E, ROUND);
      FloatVector whole = k.sub(ROUND);
      FloatVector r = whole.fma(LN2_LOW, whole.fma(LN2_HIGH, w));
      FloatVector p = C6.fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2).fma(r, ONE).fma(r, ONE);
      IntVector power = k.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
      v.div(e.add(ONE)).intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      float v = x[offset + i];
      float u = (v * v * GELU_B + GELU_A) * v;
      x[offset + i] = v / (Lanes.exp(u) + 1);
    }
  }

  /** The largest of {@code n} values and {@code least}. */
  static float max(float[] x, int offset, int n, float least, int vectors) {
    float max = vectors > 0 ? Math.max(least, maxVectors(x, offset, vectors)) : least;
    for (int i = vectors; i < n; i++) {
      max = Math.max(max, x[offset + i]);
    }
    return max;
  }

  private static float maxVectors(float[] x, int offset, int n) {
    FloatVector max = FloatVector.fromArray(S, x, offset);
    for (int i = L; i < n; i += L) {
      max = max.max(FloatVector.fromArray(S, x, offset + i));
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /** {@code x = exp(x - shift)}. */
  static void exp(float[] x, int offset, int n, float shift, int vectors) {
    int i = 0;
    for (; i < vectors; i += L) {
      FloatVector w =
          FloatVector.fromArray(S, x, offset + i).sub(shift).max(Lanes.LEAST).min(Lanes.MOST);
      FloatVector k = w.fma(LOG2_E, ROUND);
      FloatVector whole = k.sub(ROUND);
      FloatVector r = whole.fma(LN2_LOW, whole.fma(LN2_HIGH, w));
      FloatVector p = C6.fma(r, C5).fma(r, C4).fma(r, C3).fma(r, C2).fma(r, ONE).fma(r, ONE);
      IntVector power = k.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
      e.intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      x[offset + i] = Lanes.exp(x[offset + i] - shift);
    }
  }
}
