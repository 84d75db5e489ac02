package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with a block of a matrix that lies transposed in lines: {@code y[i][c] = Σ_k x[i][k] ·
 * w[k][c]}. One line holds neighbouring outputs, so every output is summed in the order of k, by
 * fused multiply-adds, whatever the number of inputs and the width of a vector.
 *
 * <p>The accumulators of a register block are named one by one and stored in line: passed to a
 * helper they would be boxed.
 */
final class PanelGemm {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;

  /** What happens to the outputs: set to the sum. */
  static final int STORE = 0;

  /** The sum is added to them. */
  static final int ADD = 1;

  /** They are what the sum starts from. */
  static final int CONTINUE = 2;

  // 16 accumulators want the 32 registers that come with 512-bit vectors.
  private static final boolean MANY_REGISTERS = L == 16;

  private static final WarmUp WARM_UP = new WarmUp(PanelGemm::exercise);

  private PanelGemm() {}

  /**
   * @param w lines of weights; line k starts at {@code wo + k * ws}
   * @param columns outputs; a multiple of 16
   * @param count length of the sum
   * @param x inputs; {@code x[xo + i * xs + k]}
   * @param y outputs; {@code y[yo + i * ys + c]}
   */
  static void multiply(
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
      int ys,
      int mode) {
    if (WARM_UP.isReady()) {
      vectors(w, wo, ws, columns, count, x, xo, xs, n, y, yo, ys, mode);
    } else {
      plain(w, wo, ws, columns, count, x, xo, xs, n, y, yo, ys, mode);
    }
  }

  /** The same sums, four outputs at a time. */
  private static void plain(
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
      int ys,
      int mode) {
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < columns; c += 4) {
        int to = yo + i * ys + c;
        float a0 = mode == CONTINUE ? y[to] : 0;
        float a1 = mode == CONTINUE ? y[to + 1] : 0;
        float a2 = mode == CONTINUE ? y[to + 2] : 0;
        float a3 = mode == CONTINUE ? y[to + 3] : 0;
        for (int k = 0; k < count; k++) {
          float b = x[xo + i * xs + k];
          int at = wo + k * ws + c;
          a0 = Math.fma(b, w[at], a0);
          a1 = Math.fma(b, w[at + 1], a1);
          a2 = Math.fma(b, w[at + 2], a2);
          a3 = Math.fma(b, w[at + 3], a3);
        }
        y[to] = mode == ADD ? a0 + y[to] : a0;
        y[to + 1] = mode == ADD ? a1 + y[to + 1] : a1;
        y[to + 2] = mode == ADD ? a2 + y[to + 2] : a2;
        y[to + 3] = mode == ADD ? a3 + y[to + 3] : a3;
      }
    }
  }

  /** Every block, in every mode. */
  private static void exercise() {
    int columns = 5 * 16;
    int count = 64;
    float[] w = new float[columns * count];
    float[] x = new float[7 * count];
    float[] y = new float[7 * columns];
    for (int mode : new int[] {STORE, ADD, CONTINUE}) {
      vectors(w, 0, columns, columns, count, x, 0, count, 7, y, 0, columns, mode);
    }
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
      int ys,
      int mode) {
    int c = 0;
    for (; c + 4 * L <= columns; c += 4 * L) {
      int i = 0;
      if (MANY_REGISTERS) {
        for (; i + 4 <= n; i += 4) {
          block4x4(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, mode);
        }
      }
      for (; i + 2 <= n; i += 2) {
        block2x4(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, mode);
      }
      if (i < n) {
        block1x4(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, mode);
      }
    }
    for (; c < columns; c += L) {
      int i = 0;
      for (; i + 4 <= n; i += 4) {
        block4x1(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, mode);
      }
      for (; i < n; i++) {
        block1x1(w, wo + c, ws, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, mode);
      }
    }
  }

  /** 4 inputs, 4 vectors of outputs. */
  private static void block4x4(
      float[] w,
      int wo,
      int ws,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      int mode) {
    FloatVector a00 = FloatVector.zero(S),
        a01 = FloatVector.zero(S),
        a02 = FloatVector.zero(S),
        a03 = FloatVector.zero(S),
        a10 = FloatVector.zero(S),
        a11 = FloatVector.zero(S),
        a12 = FloatVector.zero(S),
        a13 = FloatVector.zero(S),
        a20 = FloatVector.zero(S),
        a21 = FloatVector.zero(S),
        a22 = FloatVector.zero(S),
        a23 = FloatVector.zero(S),
        a30 = FloatVector.zero(S),
        a31 = FloatVector.zero(S),
        a32 = FloatVector.zero(S),
        a33 = FloatVector.zero(S);
    int x1 = xo + 1 * xs;
    int y1 = yo + 1 * ys;
    int x2 = xo + 2 * xs;
    int y2 = yo + 2 * ys;
    int x3 = xo + 3 * xs;
    int y3 = yo + 3 * ys;
    if (mode == CONTINUE) {
      a00 = FloatVector.fromArray(S, y, yo);
      a01 = FloatVector.fromArray(S, y, yo + L);
      a02 = FloatVector.fromArray(S, y, yo + 2 * L);
      a03 = FloatVector.fromArray(S, y, yo + 3 * L);
      a10 = FloatVector.fromArray(S, y, y1);
      a11 = FloatVector.fromArray(S, y, y1 + L);
      a12 = FloatVector.fromArray(S, y, y1 + 2 * L);
      a13 = FloatVector.fromArray(S, y, y1 + 3 * L);
      a20 = FloatVector.fromArray(S, y, y2);
      a21 = FloatVector.fromArray(S, y, y2 + L);
      a22 = FloatVector.fromArray(S, y, y2 + 2 * L);
      a23 = FloatVector.fromArray(S, y, y2 + 3 * L);
      a30 = FloatVector.fromArray(S, y, y3);
      a31 = FloatVector.fromArray(S, y, y3 + L);
      a32 = FloatVector.fromArray(S, y, y3 + 2 * L);
      a33 = FloatVector.fromArray(S, y, y3 + 3 * L);
    }
    for (int k = 0; k < count; k++) {
      int i = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, i);
      FloatVector w1 = FloatVector.fromArray(S, w, i + L);
      FloatVector w2 = FloatVector.fromArray(S, w, i + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, i + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[x1 + k]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
      b = FloatVector.broadcast(S, x[x2 + k]);
      a20 = b.fma(w0, a20);
      a21 = b.fma(w1, a21);
      a22 = b.fma(w2, a22);
      a23 = b.fma(w3, a23);
      b = FloatVector.broadcast(S, x[x3 + k]);
      a30 = b.fma(w0, a30);
      a31 = b.fma(w1, a31);
      a32 = b.fma(w2, a32);
      a33 = b.fma(w3, a33);
    }
    if (mode == ADD) {
      a00 = a00.add(FloatVector.fromArray(S, y, yo));
      a01 = a01.add(FloatVector.fromArray(S, y, yo + L));
      a02 = a02.add(FloatVector.fromArray(S, y, yo + 2 * L));
      a03 = a03.add(FloatVector.fromArray(S, y, yo + 3 * L));
      a10 = a10.add(FloatVector.fromArray(S, y, y1));
      a11 = a11.add(FloatVector.fromArray(S, y, y1 + L));
      a12 = a12.add(FloatVector.fromArray(S, y, y1 + 2 * L));
      a13 = a13.add(FloatVector.fromArray(S, y, y1 + 3 * L));
      a20 = a20.add(FloatVector.fromArray(S, y, y2));
      a21 = a21.add(FloatVector.fromArray(S, y, y2 + L));
      a22 = a22.add(FloatVector.fromArray(S, y, y2 + 2 * L));
      a23 = a23.add(FloatVector.fromArray(S, y, y2 + 3 * L));
      a30 = a30.add(FloatVector.fromArray(S, y, y3));
      a31 = a31.add(FloatVector.fromArray(S, y, y3 + L));
      a32 = a32.add(FloatVector.fromArray(S, y, y3 + 2 * L));
      a33 = a33.add(FloatVector.fromArray(S, y, y3 + 3 * L));
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, y1);
    a11.intoArray(y, y1 + L);
    a12.intoArray(y, y1 + 2 * L);
    a13.intoArray(y, y1 + 3 * L);
    a20.intoArray(y, y2);
    a21.intoArray(y, y2 + L);
    a22.intoArray(y, y2 + 2 * L);
    a23.intoArray(y, y2 + 3 * L);
    a30.intoArray(y, y3);
    a31.intoArray(y, y3 + L);
    a32.intoArray(y, y3 + 2 * L);
    a33.intoArray(y, y3 + 3 * L);
  }

  /** 2 inputs, 4 vectors of outputs. */
  private static void block2x4(
      float[] w,
      int wo,
      int ws,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      int mode) {
    FloatVector a00 = FloatVector.zero(S),
        a01 = FloatVector.zero(S),
        a02 = FloatVector.zero(S),
        a03 = FloatVector.zero(S),
        a10 = FloatVector.zero(S),
        a11 = FloatVector.zero(S),
        a12 = FloatVector.zero(S),
        a13 = FloatVector.zero(S);
    int x1 = xo + 1 * xs;
    int y1 = yo + 1 * ys;
    if (mode == CONTINUE) {
      a00 = FloatVector.fromArray(S, y, yo);
      a01 = FloatVector.fromArray(S, y, yo + L);
      a02 = FloatVector.fromArray(S, y, yo + 2 * L);
      a03 = FloatVector.fromArray(S, y, yo + 3 * L);
      a10 = FloatVector.fromArray(S, y, y1);
      a11 = FloatVector.fromArray(S, y, y1 + L);
      a12 = FloatVector.fromArray(S, y, y1 + 2 * L);
      a13 = FloatVector.fromArray(S, y, y1 + 3 * L);
    }
    for (int k = 0; k < count; k++) {
      int i = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, i);
      FloatVector w1 = FloatVector.fromArray(S, w, i + L);
      FloatVector w2 = FloatVector.fromArray(S, w, i + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, i + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[x1 + k]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
    }
    if (mode == ADD) {
      a00 = a00.add(FloatVector.fromArray(S, y, yo));
      a01 = a01.add(FloatVector.fromArray(S, y, yo + L));
      a02 = a02.add(FloatVector.fromArray(S, y, yo + 2 * L));
      a03 = a03.add(FloatVector.fromArray(S, y, yo + 3 * L));
      a10 = a10.add(FloatVector.fromArray(S, y, y1));
      a11 = a11.add(FloatVector.fromArray(S, y, y1 + L));
      a12 = a12.add(FloatVector.fromArray(S, y, y1 + 2 * L));
      a13 = a13.add(FloatVector.fromArray(S, y, y1 + 3 * L));
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, y1);
    a11.intoArray(y, y1 + L);
    a12.intoArray(y, y1 + 2 * L);
    a13.intoArray(y, y1 + 3 * L);
  }

  /** 1 input, 4 vectors of outputs. */
  private static void block1x4(
      float[] w,
      int wo,
      int ws,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      int mode) {
    FloatVector a00 = FloatVector.zero(S),
        a01 = FloatVector.zero(S),
        a02 = FloatVector.zero(S),
        a03 = FloatVector.zero(S);
    if (mode == CONTINUE) {
      a00 = FloatVector.fromArray(S, y, yo);
      a01 = FloatVector.fromArray(S, y, yo + L);
      a02 = FloatVector.fromArray(S, y, yo + 2 * L);
      a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    }
    for (int k = 0; k < count; k++) {
      int i = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, i);
      FloatVector w1 = FloatVector.fromArray(S, w, i + L);
      FloatVector w2 = FloatVector.fromArray(S, w, i + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, i + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
    }
    if (mode == ADD) {
      a00 = a00.add(FloatVector.fromArray(S, y, yo));
      a01 = a01.add(FloatVector.fromArray(S, y, yo + L));
      a02 = a02.add(FloatVector.fromArray(S, y, yo + 2 * L));
      a03 = a03.add(FloatVector.fromArray(S, y, yo + 3 * L));
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
  }

  /** 4 inputs, 1 vector of outputs. */
  private static void block4x1(
      float[] w,
      int wo,
      int ws,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      int mode) {
    FloatVector a00 = FloatVector.zero(S),
        a10 = FloatVector.zero(S),
        a20 = FloatVector.zero(S),
        a30 = FloatVector.zero(S);
    int x1 = xo + 1 * xs;
    int y1 = yo + 1 * ys;
    int x2 = xo + 2 * xs;
    int y2 = yo + 2 * ys;
    int x3 = xo + 3 * xs;
    int y3 = yo + 3 * ys;
    if (mode == CONTINUE) {
      a00 = FloatVector.fromArray(S, y, yo);
      a10 = FloatVector.fromArray(S, y, y1);
      a20 = FloatVector.fromArray(S, y, y2);
      a30 = FloatVector.fromArray(S, y, y3);
    }
    for (int k = 0; k < count; k++) {
      int i = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, i);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      b = FloatVector.broadcast(S, x[x1 + k]);
      a10 = b.fma(w0, a10);
      b = FloatVector.broadcast(S, x[x2 + k]);
      a20 = b.fma(w0, a20);
      b = FloatVector.broadcast(S, x[x3 + k]);
      a30 = b.fma(w0, a30);
    }
    if (mode == ADD) {
      a00 = a00.add(FloatVector.fromArray(S, y, yo));
      a10 = a10.add(FloatVector.fromArray(S, y, y1));
      a20 = a20.add(FloatVector.fromArray(S, y, y2));
      a30 = a30.add(FloatVector.fromArray(S, y, y3));
    }
    a00.intoArray(y, yo);
    a10.intoArray(y, y1);
    a20.intoArray(y, y2);
    a30.intoArray(y, y3);
  }

  /** 1 input, 1 vector of outputs. */
  private static void block1x1(
      float[] w,
      int wo,
      int ws,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      int mode) {
    FloatVector a00 = FloatVector.zero(S);
    if (mode == CONTINUE) {
      a00 = FloatVector.fromArray(S, y, yo);
    }
    for (int k = 0; k < count; k++) {
      int i = wo + k * ws;
      FloatVector w0 = FloatVector.fromArray(S, w, i);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
    }
    if (mode == ADD) {
      a00 = a00.add(FloatVector.fromArray(S, y, yo));
    }
    a00.intoArray(y, yo);
  }
}
