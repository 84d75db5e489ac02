package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds weighted rows: {@code y[i][c] += Σ_k x[i][k] · w[k][c]}, attention's values. The same sums
 * as {@link PanelGemm} makes, of lines of any length.
 */
final class RowGemm {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;

  private static final WarmUp WARM_UP = new WarmUp(RowGemm::exercise);

  private RowGemm() {}

  /**
   * @param w row k starts at {@code wo + k * ws}
   * @param columns outputs; a multiple of 16
   * @param count rows
   * @param x weights of the rows; {@code x[xo + i * xs + k]}
   * @param y outputs; {@code y[yo + i * ys + c]}
   */
  static void add(
      float[] w,
      int wo,
      int ws,
      int columns,
      int count,
      float[] x,
      int xo,
      int xs,
      int n,
      float[] y,
      int yo,
      int ys) {
    if (WARM_UP.isReady()) {
      vectors(w, wo, ws, columns, count, x, xo, xs, n, y, yo, ys);
    } else {
      PanelGemm.plain(w, wo, ws, columns, count, x, xo, xs, n, y, yo, ys);
    }
  }

  /** Every block. */
  private static void exercise() {
    int columns = 5 * 16;
    int count = 64;
    float[] w = new float[columns * count];
    float[] x = new float[7 * count];
    float[] y = new float[7 * columns];
    vectors(w, 0, columns, columns, count, x, 0, count, 7, y, 0, columns);
    vectors(w, 0, columns, L, count, x, 0, count, 7, y, 0, columns);
  }

  private static void vectors(
      float[] w,
      int wo,
      int ws,
      int columns,
      int count,
      float[] x,
      int xo,
      int xs,
      int n,
      float[] y,
      int yo,
      int ys) {
    int c = 0;
    for (; c + 2 * L <= columns; c += 2 * L) {
      int i = 0;
      for (; i + 4 <= n; i += 4) {
        block4(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys);
      }
      for (; i + 2 <= n; i += 2) {
        block2(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys);
      }
      if (i < n) {
        block1(w, wo + c, ws, count, x, xo + i * xs, y, yo + c + i * ys);
      }
    }
    if (c < columns) {
      for (int i = 0; i < n; i++) {
        block1x1(w, wo + c, ws, count, x, xo + i * xs, y, yo + c + i * ys);
      }
    }
  }

  /** 4 inputs, 2 vectors of outputs. */
  private static void block4(
      float[] w, int wo, int ws, int count, float[] x, int xo, int xs, float[] y, int yo, int ys) {
    int x1 = xo + xs;
    int y1 = yo + ys;
    int x2 = xo + 2 * xs;
    int y2 = yo + 2 * ys;
    int x3 = xo + 3 * xs;
    int y3 = yo + 3 * ys;
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a10 = FloatVector.fromArray(S, y, y1);
    FloatVector a11 = FloatVector.fromArray(S, y, y1 + L);
    FloatVector a20 = FloatVector.fromArray(S, y, y2);
    FloatVector a21 = FloatVector.fromArray(S, y, y2 + L);
    FloatVector a30 = FloatVector.fromArray(S, y, y3);
    FloatVector a31 = FloatVector.fromArray(S, y, y3 + L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      b = FloatVector.broadcast(S, x[x1 + k]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      b = FloatVector.broadcast(S, x[x2 + k]);
      a20 = b.fma(w0, a20);
      a21 = b.fma(w1, a21);
      b = FloatVector.broadcast(S, x[x3 + k]);
      a30 = b.fma(w0, a30);
      a31 = b.fma(w1, a31);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a10.intoArray(y, y1);
    a11.intoArray(y, y1 + L);
    a20.intoArray(y, y2);
    a21.intoArray(y, y2 + L);
    a30.intoArray(y, y3);
    a31.intoArray(y, y3 + L);
  }

  /** 2 inputs, 2 vectors of outputs. */
  private static void block2(
      float[] w, int wo, int ws, int count, float[] x, int xo, int xs, float[] y, int yo, int ys) {
    int x1 = xo + xs;
    int y1 = yo + ys;
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a10 = FloatVector.fromArray(S, y, y1);
    FloatVector a11 = FloatVector.fromArray(S, y, y1 + L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      b = FloatVector.broadcast(S, x[x1 + k]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a10.intoArray(y, y1);
    a11.intoArray(y, y1 + L);
  }

  /** One input, 2 vectors of outputs. */
  private static void block1(
      float[] w, int wo, int ws, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
  }

  /** One input, one vector of outputs. */
  private static void block1x1(
      float[] w, int wo, int ws, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    for (int k = 0; k < count; k++) {
      int at = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
    }
    a00.intoArray(y, yo);
  }
}
