package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** F16 values, two columns in an int. */
final class F16Panels extends TiledPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final WarmUp WARM_UP = warmUp(DType.F16);

  F16Panels(Tensor tensor) {
    super(DType.F16, tensor, 2, 1);
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packUnit(byte[] row, int from, int columns, int to) {
    data[to] = columns == 2 ? i32(row, from) : u16(row, from);
  }

  @Override
  float value(int start, int column) {
    return Bits.half(data[start], column);
  }

  @Override
  void unpack(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      IntVector pair = IntVector.fromArray(I, data, start + c);
      Bits.lowHalf(pair).intoArray(tile, to + c);
      Bits.highHalf(pair).intoArray(tile, to + PANEL + c);
    }
  }

  @Override
  void multiply(
      int n,
      int start,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      float[] scratch) {
    for (int c = 0; c < PANEL; c += 4 * L) {
      for (int i = 0; i < n; i++) {
        multiply4(data, start + c, count, x, xo + i * xs, y, yo + i * ys + c);
      }
    }
  }

  /** Four vectors of outputs. */
  private static void multiply4(
      int[] w, int start, int count, float[] x, int xo, float[] y, int yo) {
    FloatVector a0 = FloatVector.fromArray(S, y, yo);
    FloatVector a1 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a2 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k += 2) {
      int i = start + k / 2 * PANEL;
      IntVector p0 = IntVector.fromArray(I, w, i);
      IntVector p1 = IntVector.fromArray(I, w, i + L);
      IntVector p2 = IntVector.fromArray(I, w, i + 2 * L);
      IntVector p3 = IntVector.fromArray(I, w, i + 3 * L);
      FloatVector b = FloatVector.broadcast(S, x[xo + k]);
      a0 = b.fma(Bits.lowHalf(p0), a0);
      a1 = b.fma(Bits.lowHalf(p1), a1);
      a2 = b.fma(Bits.lowHalf(p2), a2);
      a3 = b.fma(Bits.lowHalf(p3), a3);
      if (k + 1 < count) {
        b = FloatVector.broadcast(S, x[xo + k + 1]);
        a0 = b.fma(Bits.highHalf(p0), a0);
        a1 = b.fma(Bits.highHalf(p1), a1);
        a2 = b.fma(Bits.highHalf(p2), a2);
        a3 = b.fma(Bits.highHalf(p3), a3);
      }
    }
    a0.intoArray(y, yo);
    a1.intoArray(y, yo + L);
    a2.intoArray(y, yo + 2 * L);
    a3.intoArray(y, yo + 3 * L);
  }
}
