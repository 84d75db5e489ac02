package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with BF16 weights, widened in registers, which costs next to nothing: each int holds two
 * neighbouring columns, the even one in its low half, and a BF16 value is the upper half of a
 * float. The same sums in the same order as {@link PanelGemm} makes from unpacked weights.
 */
final class BF16Gemm {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final int PANEL = Matrix.PANEL;

  private static final WarmUp WARM_UP = new WarmUp(BF16Gemm::exercise);

  private BF16Gemm() {}

  /**
   * One panel, {@code count} columns from a pair that starts at {@code wo}.
   *
   * @param add whether the sums are added to the outputs, or set
   */
  static void multiply(
      int[] w,
      int wo,
      int count,
      float[] x,
      int xo,
      int xs,
      int n,
      float[] y,
      int yo,
      int ys,
      boolean add) {
    if (WARM_UP.isReady()) {
      vectors(w, wo, count, x, xo, xs, n, y, yo, ys, add);
    } else {
      plain(w, wo, count, x, xo, xs, n, y, yo, ys, add);
    }
  }

  /** The same sums, one output at a time. */
  private static void plain(
      int[] w,
      int wo,
      int count,
      float[] x,
      int xo,
      int xs,
      int n,
      float[] y,
      int yo,
      int ys,
      boolean add) {
    for (int i = 0; i < n; i++) {
      int from = xo + i * xs;
      for (int c = 0; c < PANEL; c++) {
        float a = 0;
        int at = wo + c;
        for (int k = 0; k + 1 < count; k += 2, at += PANEL) {
          a = Math.fma(x[from + k], Float.intBitsToFloat(w[at] << 16), a);
          a = Math.fma(x[from + k + 1], Float.intBitsToFloat(w[at] & 0xFFFF0000), a);
        }
        if ((count & 1) != 0) {
          a = Math.fma(x[from + count - 1], Float.intBitsToFloat(w[at] << 16), a);
        }
        int to = yo + i * ys + c;
        y[to] = add ? a + y[to] : a;
      }
    }
  }

  /** Both blocks, stored and added. */
  private static void exercise() {
    // No odd column: once that branch has been seen, its code exhausts the compiler's budget for
    // inlining, and products of several inputs run seven times slower.
    int count = 128;
    int[] w = new int[count / 2 * PANEL];
    float[] x = new float[3 * count];
    float[] y = new float[3 * PANEL];
    vectors(w, 0, count, x, 0, count, 3, y, 0, PANEL, false);
    vectors(w, 0, count, x, 0, count, 3, y, 0, PANEL, true);
  }

  private static void vectors(
      int[] w,
      int wo,
      int count,
      float[] x,
      int xo,
      int xs,
      int n,
      float[] y,
      int yo,
      int ys,
      boolean add) {
    for (int c = 0; c < PANEL; c += 4 * L) {
      int i = 0;
      for (; i + 2 <= n; i += 2) {
        block2(w, wo + c, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, add);
      }
      if (i < n) {
        block1(w, wo + c, count, x, xo + i * xs, xs, y, yo + c + i * ys, ys, add);
      }
    }
  }

  /** 2 inputs. */
  private static void block2(
      int[] w,
      int wo,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      boolean add) {
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
    int pairs = count / 2;
    for (int j = 0; j < pairs; j++) {
      int i = wo + j * PANEL;
      int k = 2 * j;
      IntVector p0 = IntVector.fromArray(I, w, i);
      IntVector p1 = IntVector.fromArray(I, w, i + L);
      IntVector p2 = IntVector.fromArray(I, w, i + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, i + 3 * L);
      FloatVector w0 = low(p0);
      FloatVector w1 = low(p1);
      FloatVector w2 = low(p2);
      FloatVector w3 = low(p3);
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
      w0 = high(p0);
      w1 = high(p1);
      w2 = high(p2);
      w3 = high(p3);
      b = FloatVector.broadcast(S, x[xo + k + 1]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[x1 + k + 1]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
    }
    if ((count & 1) != 0) {
      int i = wo + pairs * PANEL;
      FloatVector w0 = low(IntVector.fromArray(I, w, i));
      FloatVector w1 = low(IntVector.fromArray(I, w, i + L));
      FloatVector w2 = low(IntVector.fromArray(I, w, i + 2 * L));
      FloatVector w3 = low(IntVector.fromArray(I, w, i + 3 * L));
      FloatVector b = FloatVector.broadcast(S, x[xo + count - 1]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
      b = FloatVector.broadcast(S, x[x1 + count - 1]);
      a10 = b.fma(w0, a10);
      a11 = b.fma(w1, a11);
      a12 = b.fma(w2, a12);
      a13 = b.fma(w3, a13);
    }
    if (add) {
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

  /** 1 input. */
  private static void block1(
      int[] w,
      int wo,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      boolean add) {
    FloatVector a00 = FloatVector.zero(S),
        a01 = FloatVector.zero(S),
        a02 = FloatVector.zero(S),
        a03 = FloatVector.zero(S);
    int pairs = count / 2;
    for (int j = 0; j < pairs; j++) {
      int i = wo + j * PANEL;
      int k = 2 * j;
      IntVector p0 = IntVector.fromArray(I, w, i);
      IntVector p1 = IntVector.fromArray(I, w, i + L);
      IntVector p2 = IntVector.fromArray(I, w, i + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, i + 3 * L);
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
    if ((count & 1) != 0) {
      int i = wo + pairs * PANEL;
      FloatVector w0 = low(IntVector.fromArray(I, w, i));
      FloatVector w1 = low(IntVector.fromArray(I, w, i + L));
      FloatVector w2 = low(IntVector.fromArray(I, w, i + 2 * L));
      FloatVector w3 = low(IntVector.fromArray(I, w, i + 3 * L));
      FloatVector b = FloatVector.broadcast(S, x[xo + count - 1]);
      a00 = b.fma(w0, a00);
      a01 = b.fma(w1, a01);
      a02 = b.fma(w2, a02);
      a03 = b.fma(w3, a03);
    }
    if (add) {
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

  private static FloatVector low(IntVector pair) {
    return pair.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static FloatVector high(IntVector pair) {
    return pair.and(0xFFFF0000).reinterpretAsFloats();
  }
}
