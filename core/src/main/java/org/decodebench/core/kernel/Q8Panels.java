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

  /** The first line of a block's levels, counted from the unit of block 0. */
  private static int line(int block) {
    return block / 2 * (1 + 2 * LINES) + 1 + block % 2 * LINES;
  }

  /** Scales of the blocks that {@code count} columns take, {@code [block][PANEL]}. */
  private void scales(int start, int count, float[] out) {
    for (int block = 0; block < count / BLOCK; block += 2) {
      int line = start + block / 2 * (1 + 2 * LINES) * PANEL;
      for (int c = 0; c < PANEL; c += L) {
        IntVector scales = IntVector.fromArray(I, data, line + c);
        Bits.lowHalf(scales).intoArray(out, block * PANEL + c);
        Bits.highHalf(scales).intoArray(out, (block + 1) * PANEL + c);
      }
    }
  }

  @Override
  void multiply(
      int start, int count, float[] x, int xOffset, float[] y, int yOffset, float[] scales) {
    scales(start, count, scales);
    for (int c = 0; c < PANEL; c += 4 * L) {
      multiply4(data, start + c, count, scales, c, x, xOffset, y, yOffset + c);
    }
  }

  /** Four vectors of outputs. */
  private static void multiply4(
      int[] w, int start, int count, float[] scales, int so, float[] x, int xo, float[] y, int yo) {
    FloatVector a0 = FloatVector.fromArray(S, y, yo);
    FloatVector a1 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a2 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int lines = start + line(k / BLOCK) * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
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
          a0 = b.fma(Bits.signed(v0, left, 8).mul(d0), a0);
          a1 = b.fma(Bits.signed(v1, left, 8).mul(d1), a1);
          a2 = b.fma(Bits.signed(v2, left, 8).mul(d2), a2);
          a3 = b.fma(Bits.signed(v3, left, 8).mul(d3), a3);
        }
      }
    }
    a0.intoArray(y, yo);
    a1.intoArray(y, yo + L);
    a2.intoArray(y, yo + 2 * L);
    a3.intoArray(y, yo + 3 * L);
  }

  @Override
  boolean multiplyFew(
      int n,
      int start,
      int count,
      float[] x,
      int xo,
      int xs,
      float[] y,
      int yo,
      int ys,
      float[] scales) {
    if (n == 3) {
      return false;
    }
    scales(start, count, scales);
    for (int c = 0; c < PANEL; c += 2 * L) {
      if (n == 2) {
        inputs2(data, start + c, count, scales, c, x, xo, xs, y, yo + c, ys);
      } else {
        inputs4(data, start + c, count, scales, c, x, xo, xs, y, yo + c, ys);
      }
    }
    return true;
  }

  /** 2 inputs, two vectors of outputs. */
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
    FloatVector a10 = FloatVector.fromArray(S, y, yo + ys);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + ys + L);
    for (int k = 0; k < count; k += BLOCK) {
      int lines = start + line(k / BLOCK) * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
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
        }
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a10.intoArray(y, yo + ys);
    a11.intoArray(y, yo + ys + L);
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
      int lines = start + line(k / BLOCK) * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
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
