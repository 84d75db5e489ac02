package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * {@link DType#Q4_0}: units of two blocks, 64 columns. The first line has the F16 scales of both
 * blocks, then 8 lines have 8 columns in an int, as levels above -8: the first four in the upper
 * half.
 */
final class Q4Panels extends IntPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final int X = Inputs.STRIDE;
  private static final WarmUp WARM_UP = warmUp(DType.Q4_0);

  /** Columns in a block, and in an int of it. */
  private static final int BLOCK = 32;

  private static final int PACKED = 8;
  private static final int LINES = BLOCK / PACKED;
  private static final int UNIT = (1 + 2 * LINES) * PANEL;

  // A level in the middle of a float's mantissa, under this exponent, is a number above -ZERO. A
  // multiply-add scales and shifts it, exactly: cheaper than two shifts and a conversion.
  private static final IntVector LEVEL = IntVector.broadcast(I, 15 << 16);
  private static final IntVector EXPONENT = IntVector.broadcast(I, (127 + 7) << 23);
  private static final float ZERO = -(0x1p7f + 8);

  Q4Panels(Tensor tensor) {
    super(DType.Q4_0, tensor, 2 * BLOCK, 1 + 2 * LINES);
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packLane(byte[] row, int from, int columns, int to) {
    for (int block = 0; block < columns / BLOCK; block++) {
      int at = from + block * DType.Q4_0.blockBytes();
      data[to] |= u16(row, at) << 16 * block;
      for (int i = 0; i < LINES; i++) {
        data[to + (1 + block * LINES + i) * PANEL] = nibbles(row, at + 2, i);
      }
    }
  }

  /** Columns 8i…8i+7: in the file the low nibbles hold the first 16, the high ones the others. */
  private static int nibbles(byte[] row, int from, int i) {
    int out = 0;
    for (int j = 0; j < PACKED; j++) {
      int level = row[from + (i % 2) * PACKED + j] >> i / 2 * 4 & 15;
      out |= level << 4 * j;
    }
    return Integer.rotateLeft(out, 16);
  }

  @Override
  float value(int start, int column) {
    float scale = Bits.half(data[start], column / BLOCK);
    int packed = data[start + (1 + column / PACKED) * PANEL];
    int j = column % PACKED;
    return scale * ((packed << j / 4 * 16 >>> j % 4 * 4 >> 16 & 15) - 8);
  }

  @Override
  void unpackUnit(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      IntVector scales = IntVector.fromArray(I, data, start + c);
      unpackBlock(Bits.lowHalf(scales), start + PANEL + c, tile, to + c);
      unpackBlock(
          Bits.highHalf(scales), start + (1 + LINES) * PANEL + c, tile, to + BLOCK * PANEL + c);
    }
  }

  private void unpackBlock(FloatVector scale, int from, float[] tile, int to) {
    FloatVector zero = scale.mul(ZERO);
    for (int line = 0; line < LINES; line++) {
      IntVector v = IntVector.fromArray(I, data, from + line * PANEL);
      for (int j = 0; j < PACKED; j++) {
        offset(v, j / 4 * 16, j % 4 * 4)
            .fma(scale, zero)
            .intoArray(tile, to + (line * PACKED + j) * PANEL);
      }
    }
  }

  /** The level of a column as a number above -ZERO. */
  private static FloatVector offset(IntVector v, int left, int right) {
    return v.lanewise(VectorOperators.LSHL, left)
        .lanewise(VectorOperators.LSHR, right)
        .lanewise(VectorOperators.AND, LEVEL)
        .lanewise(VectorOperators.OR, EXPONENT)
        .reinterpretAsFloats();
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
    return Lanes.MANY_REGISTERS ? MOST : 2;
  }

  @Override
  void multiply(
      int n, int start, int count, float[] x, int xo, float[] y, int yo, float[] scratch) {
    scales(start, count, scratch);
    for (int c = 0; c < PANEL; c += 4 * L) {
      int w = start + c;
      int to = yo + c;
      int i = 0;
      for (; i + 4 <= n; i += 4) {
        inputs4(data, w, count, scratch, c, x, xo + i * X, X, y, to + i * PANEL, PANEL);
        inputs4(
            data,
            w + 2 * L,
            count,
            scratch,
            c + 2 * L,
            x,
            xo + i * X,
            X,
            y,
            to + 2 * L + i * PANEL,
            PANEL);
      }
      for (; i + 2 <= n; i += 2) {
        inputs2(data, w, count, scratch, c, x, xo + i * X, y, to + i * PANEL);
      }
      if (i < n) {
        inputs1(data, w, count, scratch, c, x, xo + i * X, y, to + i * PANEL);
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
      FloatVector z0 = d0.mul(ZERO);
      FloatVector z1 = d1.mul(ZERO);
      FloatVector z2 = d2.mul(ZERO);
      FloatVector z3 = d3.mul(ZERO);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        IntVector v2 = IntVector.fromArray(I, w, i + 2 * L);
        IntVector v3 = IntVector.fromArray(I, w, i + 3 * L);
        for (int half = 0; half < 2; half++) {
          for (int pair = 0; pair < 2; pair++) {
            for (int one = 0; one < 2; one++) {
              int j = 4 * half + 2 * pair + one;
              int left = 16 * half;
              int right = 8 * pair + 4 * one;
              FloatVector b = FloatVector.broadcast(S, x[xi + j]);
              a00 = b.fma(offset(v0, left, right).fma(d0, z0), a00);
              a01 = b.fma(offset(v1, left, right).fma(d1, z1), a01);
              a02 = b.fma(offset(v2, left, right).fma(d2, z2), a02);
              a03 = b.fma(offset(v3, left, right).fma(d3, z3), a03);
            }
          }
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
      int[] w, int start, int count, float[] scales, int so, float[] x, int xo, float[] y, int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + PANEL + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + PANEL + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int unit = start + k / (2 * BLOCK) * UNIT;
      int odd = k / BLOCK & 1;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      FloatVector z0 = d0.mul(ZERO);
      FloatVector z1 = d1.mul(ZERO);
      FloatVector z2 = d2.mul(ZERO);
      FloatVector z3 = d3.mul(ZERO);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        IntVector v2 = IntVector.fromArray(I, w, i + 2 * L);
        IntVector v3 = IntVector.fromArray(I, w, i + 3 * L);
        for (int half = 0; half < 2; half++) {
          for (int pair = 0; pair < 2; pair++) {
            for (int one = 0; one < 2; one++) {
              int j = 4 * half + 2 * pair + one;
              int left = 16 * half;
              int right = 8 * pair + 4 * one;
              FloatVector w0 = offset(v0, left, right).fma(d0, z0);
              FloatVector w1 = offset(v1, left, right).fma(d1, z1);
              FloatVector w2 = offset(v2, left, right).fma(d2, z2);
              FloatVector w3 = offset(v3, left, right).fma(d3, z3);
              FloatVector b = FloatVector.broadcast(S, x[xi + j]);
              a00 = b.fma(w0, a00);
              a01 = b.fma(w1, a01);
              a02 = b.fma(w2, a02);
              a03 = b.fma(w3, a03);
              b = FloatVector.broadcast(S, x[xi + j + X]);
              a10 = b.fma(w0, a10);
              a11 = b.fma(w1, a11);
              a12 = b.fma(w2, a12);
              a13 = b.fma(w3, a13);
            }
          }
        }
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
  }

  /**
   * 4 inputs, two vectors of outputs.
   *
   * @param xs {@link Inputs#STRIDE}, as an argument for the reason given there; so is {@code ys}
   */
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
      FloatVector z0 = d0.mul(ZERO);
      FloatVector z1 = d1.mul(ZERO);
      int lines = unit + (1 + odd * LINES) * PANEL;
      for (int line = 0; line < LINES; line++) {
        int i = lines + line * PANEL;
        int xi = xo + k + line * PACKED;
        IntVector v0 = IntVector.fromArray(I, w, i);
        IntVector v1 = IntVector.fromArray(I, w, i + L);
        for (int half = 0; half < 2; half++) {
          for (int pair = 0; pair < 2; pair++) {
            for (int one = 0; one < 2; one++) {
              int j = 4 * half + 2 * pair + one;
              int left = 16 * half;
              int right = 8 * pair + 4 * one;
              FloatVector w0 = offset(v0, left, right).fma(d0, z0);
              FloatVector w1 = offset(v1, left, right).fma(d1, z1);
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
