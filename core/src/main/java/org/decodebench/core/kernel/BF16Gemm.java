package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with BF16 weights, widened in registers, which costs next to nothing where there are 32
 * of them: each int holds two neighbouring columns, the even one in its low half, and a BF16 value
 * is the upper half of a float. Many inputs take a tile of floats, which is widened once for all of
 * them: with 16 registers from a few on, with 32 where the tile's writing has been paid for. The
 * same sums in the same order as {@link PanelGemm} makes from unpacked weights.
 */
final class BF16Gemm {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final int PANEL = Matrix.PANEL;
  private static final int X = Inputs.STRIDE;
  private static final IntVector HIGH = IntVector.broadcast(I, 0xFFFF0000);

  /** Most inputs for which widening in registers is cheaper than a tile. */
  private static final int FEW = Lanes.MANY_REGISTERS ? 47 : 4;

  private static final WarmUp WARM_UP = new WarmUp(BF16Gemm::exercise);

  private BF16Gemm() {}

  /**
   * One panel, {@code count} columns from a pair that starts at {@code wo}.
   *
   * @param tile scratch for {@link PanelMatrix#TILE} columns
   */
  static void multiply(
      int[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo, float[] tile) {
    if (!WARM_UP.isReady()) {
      plain(w, wo, count, x, xo, n, y, yo);
    } else if (n <= FEW) {
      vectors(w, wo, count, x, xo, n, y, yo);
    } else {
      for (int k = 0; k < count; k += PanelMatrix.TILE) {
        int columns = Math.min(PanelMatrix.TILE, count - k);
        widen(w, wo + k / 2 * PANEL, (columns + 1) / 2, tile);
        PanelGemm.multiply(tile, Matrix.LEAD, columns, x, xo + k, n, y, yo);
      }
    }
  }

  /** Pairs of columns as floats, {@code [column][PANEL]}. */
  private static void widen(int[] w, int wo, int pairs, float[] tile) {
    for (int j = 0; j < pairs; j++) {
      for (int c = 0; c < PANEL; c += L) {
        IntVector pair = IntVector.fromArray(I, w, wo + j * PANEL + c);
        low(pair).intoArray(tile, Matrix.LEAD + 2 * j * PANEL + c);
        high(pair).intoArray(tile, Matrix.LEAD + (2 * j + 1) * PANEL + c);
      }
    }
  }

  /** The same sums, one output at a time. */
  private static void plain(
      int[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo) {
    for (int i = 0; i < n; i++) {
      int from = xo + i * X;
      for (int c = 0; c < PANEL; c++) {
        int to = yo + i * PANEL + c;
        float a = y[to];
        int at = wo + c;
        for (int k = 0; k + 1 < count; k += 2, at += PANEL) {
          a = Math.fma(x[from + k], Float.intBitsToFloat(w[at] << 16), a);
          a = Math.fma(x[from + k + 1], Float.intBitsToFloat(w[at] & 0xFFFF0000), a);
        }
        if ((count & 1) != 0) {
          a = Math.fma(x[from + count - 1], Float.intBitsToFloat(w[at] << 16), a);
        }
        y[to] = a;
      }
    }
  }

  /** Every block. */
  private static void exercise() {
    int count = 128;
    int[] w = new int[count / 2 * PANEL];
    float[] x = new float[4 * X];
    float[] y = new float[4 * PANEL];
    for (int n = 1; n <= 4; n++) {
      vectors(w, 0, count, x, 0, n, y, 0);
    }
    widen(w, 0, count / 2, new float[Matrix.LEAD + count * PANEL]);
  }

  private static void vectors(
      int[] w, int wo, int count, float[] x, int xo, int n, float[] y, int yo) {
    int pairs = count / 2;
    if (n == 1 && !Lanes.MANY_REGISTERS) {
      for (int c = 0; c < PANEL; c += 8 * L) {
        block1x8(w, wo + c, pairs, x, xo, y, yo + c);
      }
    } else {
      for (int c = 0; c < PANEL; c += 4 * L) {
        inputs(w, wo + c, pairs, x, xo, n, y, yo + c);
      }
    }
    if ((count & 1) != 0) {
      int last = count - 1;
      plain(w, wo + pairs * PANEL, 1, x, xo + last, n, y, yo);
    }
  }

  /** 4 vectors of outputs, all inputs. */
  private static void inputs(
      int[] w, int wo, int pairs, float[] x, int xo, int n, float[] y, int yo) {
    for (int i = 0; i < n; ) {
      int inputs = Math.min(n - i, Lanes.MANY_REGISTERS ? 4 : 2);
      int xi = xo + i * X;
      int yi = yo + i * PANEL;
      switch (inputs) {
        case 4 -> block4(w, wo, pairs, x, xi, y, yi);
        case 3 -> block3(w, wo, pairs, x, xi, y, yi);
        case 2 -> block2(w, wo, pairs, x, xi, X, y, yi, PANEL);
        default -> block1(w, wo, pairs, x, xi, y, yi);
      }
      i += inputs;
    }
  }

  /** 4 inputs. */
  private static void block4(int[] w, int wo, int pairs, float[] x, int xo, float[] y, int yo) {
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
    for (int j = 0; j < pairs; j++) {
      int at = wo + j * PANEL;
      int k = 2 * j;
      IntVector p0 = IntVector.fromArray(I, w, at);
      IntVector p1 = IntVector.fromArray(I, w, at + L);
      IntVector p2 = IntVector.fromArray(I, w, at + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, at + 3 * L);
      // A loop of two turns: written out, the method would be too long for the compiler.
      for (int half = 0; half < 2; half++) {
        int left = 16 - 16 * half;
        FloatVector w0 = widen(p0, left);
        FloatVector w1 = widen(p1, left);
        FloatVector w2 = widen(p2, left);
        FloatVector w3 = widen(p3, left);
        FloatVector b = FloatVector.broadcast(S, x[xo + k + half]);
        a00 = b.fma(w0, a00);
        a01 = b.fma(w1, a01);
        a02 = b.fma(w2, a02);
        a03 = b.fma(w3, a03);
        b = FloatVector.broadcast(S, x[xo + k + X + half]);
        a10 = b.fma(w0, a10);
        a11 = b.fma(w1, a11);
        a12 = b.fma(w2, a12);
        a13 = b.fma(w3, a13);
        b = FloatVector.broadcast(S, x[xo + k + 2 * X + half]);
        a20 = b.fma(w0, a20);
        a21 = b.fma(w1, a21);
        a22 = b.fma(w2, a22);
        a23 = b.fma(w3, a23);
        b = FloatVector.broadcast(S, x[xo + k + 3 * X + half]);
        a30 = b.fma(w0, a30);
        a31 = b.fma(w1, a31);
        a32 = b.fma(w2, a32);
        a33 = b.fma(w3, a33);
      }
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
  }

  /** 3 inputs. */
  private static void block3(int[] w, int wo, int pairs, float[] x, int xo, float[] y, int yo) {
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
    for (int j = 0; j < pairs; j++) {
      int at = wo + j * PANEL;
      int k = 2 * j;
      IntVector p0 = IntVector.fromArray(I, w, at);
      IntVector p1 = IntVector.fromArray(I, w, at + L);
      IntVector p2 = IntVector.fromArray(I, w, at + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, at + 3 * L);
      // A loop of two turns: written out, the method would be too long for the compiler.
      for (int half = 0; half < 2; half++) {
        int left = 16 - 16 * half;
        FloatVector w0 = widen(p0, left);
        FloatVector w1 = widen(p1, left);
        FloatVector w2 = widen(p2, left);
        FloatVector w3 = widen(p3, left);
        FloatVector b = FloatVector.broadcast(S, x[xo + k + half]);
        a00 = b.fma(w0, a00);
        a01 = b.fma(w1, a01);
        a02 = b.fma(w2, a02);
        a03 = b.fma(w3, a03);
        b = FloatVector.broadcast(S, x[xo + k + X + half]);
        a10 = b.fma(w0, a10);
        a11 = b.fma(w1, a11);
        a12 = b.fma(w2, a12);
        a13 = b.fma(w3, a13);
        b = FloatVector.broadcast(S, x[xo + k + 2 * X + half]);
        a20 = b.fma(w0, a20);
        a21 = b.fma(w1, a21);
        a22 = b.fma(w2, a22);
        a23 = b.fma(w3, a23);
      }
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

  /**
   * 2 inputs.
   *
   * @param xs {@link Inputs#STRIDE}, as an argument for the reason given there; so is {@code ys}
   */
  private static void block2(
      int[] w, int wo, int pairs, float[] x, int xo, int xs, float[] y, int yo, int ys) {
    int x1 = xo + xs;
    int y1 = yo + ys;
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, y1);
    FloatVector a11 = FloatVector.fromArray(S, y, y1 + L);
    FloatVector a12 = FloatVector.fromArray(S, y, y1 + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, y1 + 3 * L);
    for (int j = 0; j < pairs; j++) {
      int at = wo + j * PANEL;
      int k = 2 * j;
      FloatVector b0 = FloatVector.broadcast(S, x[xo + k]);
      FloatVector b1 = FloatVector.broadcast(S, x[x1 + k]);
      FloatVector c0 = FloatVector.broadcast(S, x[xo + k + 1]);
      FloatVector c1 = FloatVector.broadcast(S, x[x1 + k + 1]);
      IntVector p = IntVector.fromArray(I, w, at);
      FloatVector v = low(p);
      a00 = b0.fma(v, a00);
      a10 = b1.fma(v, a10);
      v = high(p);
      a00 = c0.fma(v, a00);
      a10 = c1.fma(v, a10);
      p = IntVector.fromArray(I, w, at + L);
      v = low(p);
      a01 = b0.fma(v, a01);
      a11 = b1.fma(v, a11);
      v = high(p);
      a01 = c0.fma(v, a01);
      a11 = c1.fma(v, a11);
      p = IntVector.fromArray(I, w, at + 2 * L);
      v = low(p);
      a02 = b0.fma(v, a02);
      a12 = b1.fma(v, a12);
      v = high(p);
      a02 = c0.fma(v, a02);
      a12 = c1.fma(v, a12);
      p = IntVector.fromArray(I, w, at + 3 * L);
      v = low(p);
      a03 = b0.fma(v, a03);
      a13 = b1.fma(v, a13);
      v = high(p);
      a03 = c0.fma(v, a03);
      a13 = c1.fma(v, a13);
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

  /** One input. */
  private static void block1(int[] w, int wo, int pairs, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int j = 0; j < pairs; j++) {
      int at = wo + j * PANEL;
      int k = 2 * j;
      IntVector p0 = IntVector.fromArray(I, w, at);
      IntVector p1 = IntVector.fromArray(I, w, at + L);
      IntVector p2 = IntVector.fromArray(I, w, at + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, at + 3 * L);
      FloatVector w0 = low(p0);
      FloatVector w1 = low(p1);
      FloatVector w2 = low(p2);
      FloatVector w3 = low(p3);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      w0 = high(p0);
      w1 = high(p1);
      w2 = high(p2);
      w3 = high(p3);
      b = FloatVector.broadcast(S, x[xo + k + 1]);
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
   * One input, 8 vectors of outputs: whole lines in their order, which the processor reads ahead
   * of, and as many sums as two multipliers of four cycles can have under way.
   */
  private static void block1x8(int[] w, int wo, int pairs, float[] x, int xo, float[] y, int yo) {
    FloatVector a0 = FloatVector.fromArray(S, y, yo);
    FloatVector a1 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a2 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a4 = FloatVector.fromArray(S, y, yo + 4 * L);
    FloatVector a5 = FloatVector.fromArray(S, y, yo + 5 * L);
    FloatVector a6 = FloatVector.fromArray(S, y, yo + 6 * L);
    FloatVector a7 = FloatVector.fromArray(S, y, yo + 7 * L);
    for (int j = 0; j < pairs; j++) {
      int at = wo + j * PANEL;
      // A loop of two turns: written out, the method would be too long for the compiler.
      for (int half = 0; half < 2; half++) {
        int left = 16 - 16 * half;
        FloatVector b = FloatVector.broadcast(S, x[xo + 2 * j + half]);
        a0 = b.fma(widen(IntVector.fromArray(I, w, at), left), a0);
        a1 = b.fma(widen(IntVector.fromArray(I, w, at + L), left), a1);
        a2 = b.fma(widen(IntVector.fromArray(I, w, at + 2 * L), left), a2);
        a3 = b.fma(widen(IntVector.fromArray(I, w, at + 3 * L), left), a3);
        a4 = b.fma(widen(IntVector.fromArray(I, w, at + 4 * L), left), a4);
        a5 = b.fma(widen(IntVector.fromArray(I, w, at + 5 * L), left), a5);
        a6 = b.fma(widen(IntVector.fromArray(I, w, at + 6 * L), left), a6);
        a7 = b.fma(widen(IntVector.fromArray(I, w, at + 7 * L), left), a7);
      }
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

  /** The low half for {@code left} 16, the high one for 0. */
  private static FloatVector widen(IntVector pair, int left) {
    return pair.lanewise(VectorOperators.LSHL, left)
        .lanewise(VectorOperators.AND, HIGH)
        .reinterpretAsFloats();
  }

  private static FloatVector low(IntVector pair) {
    return pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector high(IntVector pair) {
    return pair.lanewise(VectorOperators.AND, HIGH).reinterpretAsFloats();
  }
}
