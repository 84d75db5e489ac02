package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with a panel of a matrix that lies transposed: {@code y[i][c] += Σ_k x[i][k] · w[k][c]}
 * for 64 outputs c, of {@link Inputs}. One line holds neighbouring outputs, so every output is
 * summed in the order of k, by fused multiply-adds, whatever the number of inputs and the width of
 * a vector.
 *
 * <p>Lines are a constant number of floats apart: only then does the compiler move the checks of
 * their bounds out of the loops. The accumulators of a register block are named one by one and
 * stored in line: passed to a helper they would be boxed.
 */
final class PanelGemm {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;
  private static final int PANEL = Matrix.PANEL;

  /** From an input to the next. */
  private static final int X = Inputs.STRIDE;

  private static final WarmUp WARM_UP = new WarmUp(PanelGemm::exercise);

  private PanelGemm() {}

  /**
   * @param w lines of 64 weights; line k starts at {@code wo + k * 64}
   * @param count length of the sum
   * @param x inputs; {@code x[xo + i * X + k]}
   * @param y outputs; {@code y[yo + i * PANEL + c]}
   */
  static void multiply(float[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo) {
    if (WARM_UP.isReady()) {
      vectors(w, wo, count, x, xo, n, y, yo);
    } else {
      plain(w, wo, PANEL, PANEL, count, x, xo, X, n, y, yo, PANEL);
    }
  }

  /** The same sums, four outputs at a time, for lines of {@code columns} weights. */
  static void plain(
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
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < columns; c += 4) {
        int to = yo + i * ys + c;
        float a0 = y[to];
        float a1 = y[to + 1];
        float a2 = y[to + 2];
        float a3 = y[to + 3];
        for (int k = 0; k < count; k++) {
          float b = x[xo + i * xs + k];
          int at = wo + k * ws + c;
          a0 = Math.fma(b, w[at], a0);
          a1 = Math.fma(b, w[at + 1], a1);
          a2 = Math.fma(b, w[at + 2], a2);
          a3 = Math.fma(b, w[at + 3], a3);
        }
        y[to] = a0;
        y[to + 1] = a1;
        y[to + 2] = a2;
        y[to + 3] = a3;
      }
    }
  }

  /** Every block. */
  private static void exercise() {
    int count = 64;
    float[] w = new float[count * PANEL];
    float[] x = new float[6 * X];
    float[] y = new float[6 * PANEL];
    for (int n : new int[] {1, 2, 3, 4, 6}) {
      vectors(w, 0, count, x, 0, n, y, 0);
    }
  }

  private static void vectors(
      float[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo) {
    if (n == 1 && !Lanes.MANY_REGISTERS) {
      for (int c = 0; c < PANEL; c += 8 * L) {
        block1x8(w, wo + c, count, x, xo, y, yo + c);
      }
      return;
    }
    for (int c = 0; c < PANEL; c += 4 * L) {
      inputs(w, wo + c, count, x, xo, n, y, yo + c);
    }
  }

  /** Four vectors of outputs. */
  private static void inputs(
      float[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo) {
    for (int i = 0; i < n; ) {
      int inputs = blockOf(n - i);
      int xi = xo + i * X;
      int yi = yo + i * PANEL;
      switch (inputs) {
        case 6 -> block6(w, wo, count, x, xi, y, yi);
        case 4 -> block4(w, wo, count, x, xi, X, y, yi, PANEL);
        case 3 -> block3(w, wo, count, x, xi, y, yi);
        case 2 -> block2(w, wo, count, x, xi, y, yi);
        default -> block1(w, wo, count, x, xi, y, yi);
      }
      i += inputs;
    }
  }

  /** How many of the inputs that are left to take at once: so that no small block is left over. */
  private static int blockOf(int left) {
    if (!Lanes.MANY_REGISTERS) {
      return Math.min(left, 2);
    }
    return switch (left) {
      case 1, 2, 3, 4, 6 -> left;
      case 5 -> 3;
      case 7, 8, 11 -> 4;
      default -> 6;
    };
  }

  /** 6 inputs, 4 vectors of outputs. */
  private static void block6(float[] w, int wo, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + PANEL + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + PANEL + 3 * L);
    FloatVector a20 = FloatVector.fromArray(S, y, yo + 2 * PANEL);
    FloatVector a21 = FloatVector.fromArray(S, y, yo + 2 * PANEL + L);
    FloatVector a22 = FloatVector.fromArray(S, y, yo + 2 * PANEL + 2 * L);
    FloatVector a23 = FloatVector.fromArray(S, y, yo + 2 * PANEL + 3 * L);
    FloatVector a30 = FloatVector.fromArray(S, y, yo + 3 * PANEL);
    FloatVector a31 = FloatVector.fromArray(S, y, yo + 3 * PANEL + L);
    FloatVector a32 = FloatVector.fromArray(S, y, yo + 3 * PANEL + 2 * L);
    FloatVector a33 = FloatVector.fromArray(S, y, yo + 3 * PANEL + 3 * L);
    FloatVector a40 = FloatVector.fromArray(S, y, yo + 4 * PANEL);
    FloatVector a41 = FloatVector.fromArray(S, y, yo + 4 * PANEL + L);
    FloatVector a42 = FloatVector.fromArray(S, y, yo + 4 * PANEL + 2 * L);
    FloatVector a43 = FloatVector.fromArray(S, y, yo + 4 * PANEL + 3 * L);
    FloatVector a50 = FloatVector.fromArray(S, y, yo + 5 * PANEL);
    FloatVector a51 = FloatVector.fromArray(S, y, yo + 5 * PANEL + L);
    FloatVector a52 = FloatVector.fromArray(S, y, yo + 5 * PANEL + 2 * L);
    FloatVector a53 = FloatVector.fromArray(S, y, yo + 5 * PANEL + 3 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector w2 = FloatVector.fromArray(S, w, at + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, at + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[xo + k + X]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
      b = FloatVector.broadcast(S, x[xo + k + 2 * X]);
      a20 = b.fma(w0, a20);
      a21 = b.fma(w1, a21);
      a22 = b.fma(w2, a22);
      a23 = b.fma(w3, a23);
      b = FloatVector.broadcast(S, x[xo + k + 3 * X]);
      a30 = b.fma(w0, a30);
      a31 = b.fma(w1, a31);
      a32 = b.fma(w2, a32);
      a33 = b.fma(w3, a33);
      b = FloatVector.broadcast(S, x[xo + k + 4 * X]);
      a40 = b.fma(w0, a40);
      a41 = b.fma(w1, a41);
      a42 = b.fma(w2, a42);
      a43 = b.fma(w3, a43);
      b = FloatVector.broadcast(S, x[xo + k + 5 * X]);
      a50 = b.fma(w0, a50);
      a51 = b.fma(w1, a51);
      a52 = b.fma(w2, a52);
      a53 = b.fma(w3, a53);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, yo + PANEL);
    a11.intoArray(y, yo + PANEL + L);
    a12.intoArray(y, yo + PANEL + 2 * L);
    a13.intoArray(y, yo + PANEL + 3 * L);
    a20.intoArray(y, yo + 2 * PANEL);
    a21.intoArray(y, yo + 2 * PANEL + L);
    a22.intoArray(y, yo + 2 * PANEL + 2 * L);
    a23.intoArray(y, yo + 2 * PANEL + 3 * L);
    a30.intoArray(y, yo + 3 * PANEL);
    a31.intoArray(y, yo + 3 * PANEL + L);
    a32.intoArray(y, yo + 3 * PANEL + 2 * L);
    a33.intoArray(y, yo + 3 * PANEL + 3 * L);
    a40.intoArray(y, yo + 4 * PANEL);
    a41.intoArray(y, yo + 4 * PANEL + L);
    a42.intoArray(y, yo + 4 * PANEL + 2 * L);
    a43.intoArray(y, yo + 4 * PANEL + 3 * L);
    a50.intoArray(y, yo + 5 * PANEL);
    a51.intoArray(y, yo + 5 * PANEL + L);
    a52.intoArray(y, yo + 5 * PANEL + 2 * L);
    a53.intoArray(y, yo + 5 * PANEL + 3 * L);
  }

  /**
   * 4 inputs, 4 vectors of outputs.
   *
   * @param xs {@link Inputs#STRIDE}, as an argument for the reason given there; so is {@code ys}
   */
  private static void block4(
      float[] w, int wo, int count, float[] x, int xo, int xs, float[] y, int yo, int ys) {
    int x1 = xo + xs;
    int y1 = yo + ys;
    int x2 = xo + 2 * xs;
    int y2 = yo + 2 * ys;
    int x3 = xo + 3 * xs;
    int y3 = yo + 3 * ys;
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, y1);
    FloatVector a11 = FloatVector.fromArray(S, y, y1 + L);
    FloatVector a12 = FloatVector.fromArray(S, y, y1 + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, y1 + 3 * L);
    FloatVector a20 = FloatVector.fromArray(S, y, y2);
    FloatVector a21 = FloatVector.fromArray(S, y, y2 + L);
    FloatVector a22 = FloatVector.fromArray(S, y, y2 + 2 * L);
    FloatVector a23 = FloatVector.fromArray(S, y, y2 + 3 * L);
    FloatVector a30 = FloatVector.fromArray(S, y, y3);
    FloatVector a31 = FloatVector.fromArray(S, y, y3 + L);
    FloatVector a32 = FloatVector.fromArray(S, y, y3 + 2 * L);
    FloatVector a33 = FloatVector.fromArray(S, y, y3 + 3 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector w2 = FloatVector.fromArray(S, w, at + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, at + 3 * L);
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

  /** 3 inputs, 4 vectors of outputs. */
  private static void block3(float[] w, int wo, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + PANEL + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + PANEL + 3 * L);
    FloatVector a20 = FloatVector.fromArray(S, y, yo + 2 * PANEL);
    FloatVector a21 = FloatVector.fromArray(S, y, yo + 2 * PANEL + L);
    FloatVector a22 = FloatVector.fromArray(S, y, yo + 2 * PANEL + 2 * L);
    FloatVector a23 = FloatVector.fromArray(S, y, yo + 2 * PANEL + 3 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector w2 = FloatVector.fromArray(S, w, at + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, at + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[xo + k + X]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
      b = FloatVector.broadcast(S, x[xo + k + 2 * X]);
      a20 = b.fma(w0, a20);
      a21 = b.fma(w1, a21);
      a22 = b.fma(w2, a22);
      a23 = b.fma(w3, a23);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, yo + PANEL);
    a11.intoArray(y, yo + PANEL + L);
    a12.intoArray(y, yo + PANEL + 2 * L);
    a13.intoArray(y, yo + PANEL + 3 * L);
    a20.intoArray(y, yo + 2 * PANEL);
    a21.intoArray(y, yo + 2 * PANEL + L);
    a22.intoArray(y, yo + 2 * PANEL + 2 * L);
    a23.intoArray(y, yo + 2 * PANEL + 3 * L);
  }

  /** 2 inputs, 4 vectors of outputs. */
  private static void block2(float[] w, int wo, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + PANEL + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + PANEL + 3 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector w2 = FloatVector.fromArray(S, w, at + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, at + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[xo + k + X]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, yo + PANEL);
    a11.intoArray(y, yo + PANEL + L);
    a12.intoArray(y, yo + PANEL + 2 * L);
    a13.intoArray(y, yo + PANEL + 3 * L);
  }

  /** One input, 4 vectors of outputs. */
  private static void block1(float[] w, int wo, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector w0 = FloatVector.fromArray(S, w, at);
      FloatVector w1 = FloatVector.fromArray(S, w, at + L);
      FloatVector w2 = FloatVector.fromArray(S, w, at + 2 * L);
      FloatVector w3 = FloatVector.fromArray(S, w, at + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
  }

  /**
   * One input, 8 vectors of outputs: as many sums as two multipliers of four cycles can have under
   * way. Wide vectors make do with 4, which is a whole line.
   */
  private static void block1x8(float[] w, int wo, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a0 = FloatVector.fromArray(S, y, yo);
    FloatVector a1 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a2 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a4 = FloatVector.fromArray(S, y, yo + 4 * L);
    FloatVector a5 = FloatVector.fromArray(S, y, yo + 5 * L);
    FloatVector a6 = FloatVector.fromArray(S, y, yo + 6 * L);
    FloatVector a7 = FloatVector.fromArray(S, y, yo + 7 * L);
    for (int k = 0; k < count; k++) {
      int at = wo + k * PANEL;
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a0 = b.fma(FloatVector.fromArray(S, w, at), a0);
      a1 = b.fma(FloatVector.fromArray(S, w, at + L), a1);
      a2 = b.fma(FloatVector.fromArray(S, w, at + 2 * L), a2);
      a3 = b.fma(FloatVector.fromArray(S, w, at + 3 * L), a3);
      a4 = b.fma(FloatVector.fromArray(S, w, at + 4 * L), a4);
      a5 = b.fma(FloatVector.fromArray(S, w, at + 5 * L), a5);
      a6 = b.fma(FloatVector.fromArray(S, w, at + 6 * L), a6);
      a7 = b.fma(FloatVector.fromArray(S, w, at + 7 * L), a7);
    }
    a0.intoArray(y, yo);
    a1.intoArray(y, yo + L);
    a2.intoArray(y, yo + 2 * L);
    a3.intoArray(y, yo + 3 * L);
    a4.intoArray(y, yo + 4 * L);
    a5.intoArray(y, yo + 5 * L);
    a6.intoArray(y, yo + 6 * L);
    a7.intoArray(y, yo + 7 * L);
  }
}
