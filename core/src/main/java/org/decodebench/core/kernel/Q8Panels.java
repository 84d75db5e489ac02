package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * {@link DType#Q8_0}: units of two blocks, 64 columns. The first line has the F16 scales of both
 * blocks, then 16 lines have 4 columns in an int.
 */
final class Q8Panels extends TiledPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final WarmUp WARM_UP = warmUp(DType.Q8_0);

  /** Columns in a block, and in an int of it. */
  private static final int BLOCK = 32;

  private static final int PACKED = 4;
  private static final int LINES = BLOCK / PACKED;
  private static final int UNIT = (1 + 2 * LINES) * PANEL;

  Q8Panels(Tensor tensor) {
    super(DType.Q8_0, tensor, 2 * BLOCK, 1 + 2 * LINES);
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packUnit(byte[] row, int from, int columns, int to) {
    for (int block = 0; block < columns / BLOCK; block++) {
      int at = from + block * DType.Q8_0.blockBytes();
      data[to] |= u16(row, at) << 16 * block;
      for (int i = 0; i < LINES; i++) {
        data[to + (1 + block * LINES + i) * PANEL] = i32(row, at + 2 + 4 * i);
      }
    }
  }

  @Override
  float value(int start, int column) {
    float scale = Bits.half(data[start], column / BLOCK);
    int packed = data[start + (1 + column / PACKED) * PANEL];
    return scale * Bits.signed(packed, 24 - column % PACKED * 8, 8);
  }

  @Override
  void unpack(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      IntVector scales = IntVector.fromArray(I, data, start + c);
      unpackBlock(Bits.lowHalf(scales), start + PANEL + c, tile, to + c);
      unpackBlock(
          Bits.highHalf(scales), start + (1 + LINES) * PANEL + c, tile, to + BLOCK * PANEL + c);
    }
  }

  private void unpackBlock(FloatVector scale, int from, float[] tile, int to) {
    for (int line = 0; line < LINES; line++) {
      IntVector v = IntVector.fromArray(I, data, from + line * PANEL);
      for (int i = 0; i < PACKED; i++) {
        Bits.signed(v, 24 - i * 8, 8).mul(scale).intoArray(tile, to + (line * PACKED + i) * PANEL);
      }
    }
  }

  /** Scales of the blocks that {@code count} columns take, {@code [block][PANEL]}. */
  private void scales(int start, int count, float[] out) {
    for (int block = 0; block < count / BLOCK; block += 2) {
      int unit = start + block / 2 * UNIT;
      for (int c = 0; c < PANEL; c += L) {
        IntVector scales = IntVector.fromArray(I, data, unit + c);
        Bits.lowHalf(scales).intoArray(out, block * PANEL + c);
        Bits.highHalf(scales).intoArray(out, (block + 1) * PANEL + c);
      }
    }
  }

  @Override
  int few() {
    return MOST;
  }

  /** All at once where the weights are passed only once. */
  @Override
  int columnsAt(int n) {
    return n == 1 || n == 2 || n == 4 ? columns() : K_BLOCK;
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
    scales(start, count, scratch);
    for (int c = 0; c < PANEL; c += 4 * L) {
      int w = start + c;
      int to = yo + c;
      int i = 0;
      for (; i + 4 <= n; i += 4) {
        inputs4(data, w, count, scratch, c, x, xo + i * xs, xs, y, to + i * ys, ys);
        inputs4(
            data,
            w + 2 * L,
            count,
            scratch,
            c + 2 * L,
            x,
            xo + i * xs,
            xs,
            y,
            to + 2 * L + i * ys,
            ys);
      }
      for (; i + 2 <= n; i += 2) {
        inputs2(data, w, count, scratch, c, x, xo + i * xs, xs, y, to + i * ys, ys);
      }
      if (i < n) {
        inputs1(data, w, count, scratch, c, x, xo + i * xs, y, to + i * ys);
      }
    }
  }

  /** One input, four vectors of outputs. */
  private static void inputs1(
      int[] w, int start, int count, float[] scales, int so, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int unit = start + k / (2 * BLOCK) * UNIT;
      int odd = k / BLOCK & 1;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        IntVector v2 = IntVector.fromArray(I, w, i + 2 * L);
        IntVector v3 = IntVector.fromArray(I, w, i + 3 * L);
        for (int j = 0; j < PACKED; j++) {
          int left = 24 - j * 8;
          FloatVector b = FloatVector.broadcast(S, x[xi + j]);
          a00 = b.fma(Bits.signed(v0, left, 8).mul(d0), a00);
          a01 = b.fma(Bits.signed(v1, left, 8).mul(d1), a01);
          a02 = b.fma(Bits.signed(v2, left, 8).mul(d2), a02);
          a03 = b.fma(Bits.signed(v3, left, 8).mul(d3), a03);
        }
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
  }

  /** 2 inputs, four vectors of outputs. */
  private static void inputs2(
      int[] w,
      int start,
      int count,
      float[] scales,
      int so,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + ys);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + ys + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + ys + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + ys + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int unit = start + k / (2 * BLOCK) * UNIT;
      int odd = k / BLOCK & 1;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        IntVector v2 = IntVector.fromArray(I, w, i + 2 * L);
        IntVector v3 = IntVector.fromArray(I, w, i + 3 * L);
        for (int j = 0; j < PACKED; j++) {
          int left = 24 - j * 8;
          FloatVector w0 = Bits.signed(v0, left, 8).mul(d0);
          FloatVector w1 = Bits.signed(v1, left, 8).mul(d1);
          FloatVector w2 = Bits.signed(v2, left, 8).mul(d2);
          FloatVector w3 = Bits.signed(v3, left, 8).mul(d3);
          FloatVector b = FloatVector.broadcast(S, x[xi + j]);
          a00 = b.fma(w0, a00);
          a01 = b.fma(w1, a01);
          a02 = b.fma(w2, a02);
          a03 = b.fma(w3, a03);
          b = FloatVector.broadcast(S, x[xi + j + xs]);
          a10 = b.fma(w0, a10);
          a11 = b.fma(w1, a11);
          a12 = b.fma(w2, a12);
          a13 = b.fma(w3, a13);
        }
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
    a10.intoArray(y, yo + ys);
    a11.intoArray(y, yo + ys + L);
    a12.intoArray(y, yo + ys + 2 * L);
    a13.intoArray(y, yo + ys + 3 * L);
  }

  /** 4 inputs, two vectors of outputs. */
  private static void inputs4(
      int[] w,
      int start,
      int count,
      float[] scales,
      int so,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + ys);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + ys + L);
    FloatVector a20 = FloatVector.fromArray(S, y, yo + 2 * ys);
    FloatVector a21 = FloatVector.fromArray(S, y, yo + 2 * ys + L);
    FloatVector a30 = FloatVector.fromArray(S, y, yo + 3 * ys);
    FloatVector a31 = FloatVector.fromArray(S, y, yo + 3 * ys + L);
    for (int k = 0; k < count; k += BLOCK) {
      int unit = start + k / (2 * BLOCK) * UNIT;
      int odd = k / BLOCK & 1;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        for (int j = 0; j < PACKED; j++) {
          int left = 24 - j * 8;
          FloatVector w0 = Bits.signed(v0, left, 8).mul(d0);
          FloatVector w1 = Bits.signed(v1, left, 8).mul(d1);
          FloatVector b = FloatVector.broadcast(S, x[xi + j]);
          a00 = b.fma(w0, a00);
          a01 = b.fma(w1, a01);
          b = FloatVector.broadcast(S, x[xi + j + xs]);
          a10 = b.fma(w0, a10);
          a11 = b.fma(w1, a11);
          b = FloatVector.broadcast(S, x[xi + j + 2 * xs]);
          a20 = b.fma(w0, a20);
          a21 = b.fma(w1, a21);
          b = FloatVector.broadcast(S, x[xi + j + 3 * xs]);
          a30 = b.fma(w0, a30);
          a31 = b.fma(w1, a31);
        }
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a10.intoArray(y, yo + ys);
    a11.intoArray(y, yo + ys + L);
    a20.intoArray(y, yo + 2 * ys);
    a21.intoArray(y, yo + 2 * ys + L);
    a30.intoArray(y, yo + 3 * ys);
    a31.intoArray(y, yo + 3 * ys + L);
  }
}
