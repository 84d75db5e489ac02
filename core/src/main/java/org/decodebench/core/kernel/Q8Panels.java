package org.decodebench.core.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * {@link DType#Q8_0}: units of two blocks, 64 columns. First the F16 scales of both blocks, an int
 * a row, then a line of 64 bytes for each column: one instruction loads and widens a vector of
 * them.
 */
final class Q8Panels extends TiledPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;
  private static final int X = Inputs.STRIDE;

  /** As many bytes as a vector has floats; there are none of 4, which take the first of 8. */
  private static final VectorSpecies<Byte> B =
      L == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** As many bytes as a vector of ints takes. */
  private static final VectorSpecies<Byte> INTS = Lanes.FLOATS.withLanes(byte.class);

  private static final WarmUp WARM_UP = warmUp(DType.Q8_0);

  private static final int BLOCK = 32;
  private static final int SCALES = 4 * PANEL;
  private static final int UNIT = SCALES + 2 * BLOCK * PANEL;

  /** What vectors of 4 floats read beyond the last byte. */
  private static final int BEYOND = 4;

  private final byte[] data;

  Q8Panels(Tensor tensor) {
    super(DType.Q8_0, tensor, 2 * BLOCK, UNIT, 4 * LEAD);
    data = new byte[size() + BEYOND];
    pack(tensor);
  }

  @Override
  public long memory() {
    return data.length;
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packUnit(byte[] bytes, int from, int columns, int unit, int row) {
    for (int block = 0; block < columns / BLOCK; block++) {
      int at = from + block * DType.Q8_0.blockBytes();
      System.arraycopy(bytes, at, data, unit + 4 * row + 2 * block, 2);
      for (int i = 0; i < BLOCK; i++) {
        data[unit + SCALES + (block * BLOCK + i) * PANEL + row] = bytes[at + 2 + i];
      }
    }
  }

  @Override
  float value(int unit, int row, int column) {
    int scale = u16(data, unit + 4 * row + 2 * (column / BLOCK));
    return Float.float16ToFloat((short) scale) * data[unit + SCALES + column * PANEL + row];
  }

  @Override
  int readAhead(int from, int to) {
    ByteVector sum = ByteVector.zero(INTS);
    for (int i = from; i < to; i += PANEL) {
      sum = sum.add(ByteVector.fromArray(INTS, data, i));
    }
    return sum.lane(0);
  }

  /** The scales of both blocks, an int a row. */
  private IntVector scales(int unit, int c) {
    return ByteVector.fromArray(INTS, data, unit + 4 * c).reinterpretAsInts();
  }

  private static FloatVector levels(byte[] w, int at) {
    return (FloatVector) ByteVector.fromArray(B, w, at).castShape(S, 0);
  }

  @Override
  void unpackUnit(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      IntVector scales = scales(start, c);
      int from = start + SCALES + c;
      unpackBlock(Bits.lowHalf(scales), from, tile, to + c);
      unpackBlock(Bits.highHalf(scales), from + BLOCK * PANEL, tile, to + BLOCK * PANEL + c);
    }
  }

  private void unpackBlock(FloatVector scale, int from, float[] tile, int to) {
    for (int i = 0; i < BLOCK; i++) {
      levels(data, from + i * PANEL).mul(scale).intoArray(tile, to + i * PANEL);
    }
  }

  /** Scales of the blocks that {@code count} columns take, {@code [block][PANEL]}. */
  private void scales(int start, int count, float[] out) {
    for (int block = 0; block < count / BLOCK; block += 2) {
      int unit = start + block / 2 * UNIT;
      for (int c = 0; c < PANEL; c += L) {
        IntVector scales = scales(unit, c);
        Bits.lowHalf(scales).intoArray(out, block * PANEL + c);
        Bits.highHalf(scales).intoArray(out, (block + 1) * PANEL + c);
      }
    }
  }

  @Override
  int few() {
    return MOST;
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
        inputs4(data, w, count, scratch, c, x, xo + i * X, y, to + i * PANEL);
        inputs4(
            data, w + 2 * L, count, scratch, c + 2 * L, x, xo + i * X, y, to + 2 * L + i * PANEL);
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
      byte[] w,
      int start,
      int count,
      float[] scales,
      int so,
      float[] x,
      int xo,
      float[] y,
      int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int lines = start + k / (2 * BLOCK) * UNIT + SCALES + (k / BLOCK & 1) * BLOCK * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      for (int column = 0; column < BLOCK; column++) {
        int i = lines + column * PANEL;
        int xi = xo + k + column;
        FloatVector b = FloatVector.broadcast(S, x[xi]);
        a00 = b.fma(levels(w, i).mul(d0), a00);
        a01 = b.fma(levels(w, i + L).mul(d1), a01);
        a02 = b.fma(levels(w, i + 2 * L).mul(d2), a02);
        a03 = b.fma(levels(w, i + 3 * L).mul(d3), a03);
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a02.intoArray(y, yo + 2 * L);
    a03.intoArray(y, yo + 3 * L);
  }

  /** 2 inputs, four vectors of outputs. */
  private static void inputs2(
      byte[] w,
      int start,
      int count,
      float[] scales,
      int so,
      float[] x,
      int xo,
      float[] y,
      int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a02 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a03 = FloatVector.fromArray(S, y, yo + 3 * L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a12 = FloatVector.fromArray(S, y, yo + PANEL + 2 * L);
    FloatVector a13 = FloatVector.fromArray(S, y, yo + PANEL + 3 * L);
    for (int k = 0; k < count; k += BLOCK) {
      int lines = start + k / (2 * BLOCK) * UNIT + SCALES + (k / BLOCK & 1) * BLOCK * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector d2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      for (int column = 0; column < BLOCK; column++) {
        int i = lines + column * PANEL;
        int xi = xo + k + column;
        FloatVector w0 = levels(w, i).mul(d0);
        FloatVector w1 = levels(w, i + L).mul(d1);
        FloatVector w2 = levels(w, i + 2 * L).mul(d2);
        FloatVector w3 = levels(w, i + 3 * L).mul(d3);
        FloatVector b = FloatVector.broadcast(S, x[xi]);
        a00 = b.fma(w0, a00);
        a01 = b.fma(w1, a01);
        a02 = b.fma(w2, a02);
        a03 = b.fma(w3, a03);
        b = FloatVector.broadcast(S, x[xi + X]);
        a10 = b.fma(w0, a10);
        a11 = b.fma(w1, a11);
        a12 = b.fma(w2, a12);
        a13 = b.fma(w3, a13);
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

  /** 4 inputs, two vectors of outputs. */
  private static void inputs4(
      byte[] w,
      int start,
      int count,
      float[] scales,
      int so,
      float[] x,
      int xo,
      float[] y,
      int yo) {
    FloatVector a00 = FloatVector.fromArray(S, y, yo);
    FloatVector a01 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a10 = FloatVector.fromArray(S, y, yo + PANEL);
    FloatVector a11 = FloatVector.fromArray(S, y, yo + PANEL + L);
    FloatVector a20 = FloatVector.fromArray(S, y, yo + 2 * PANEL);
    FloatVector a21 = FloatVector.fromArray(S, y, yo + 2 * PANEL + L);
    FloatVector a30 = FloatVector.fromArray(S, y, yo + 3 * PANEL);
    FloatVector a31 = FloatVector.fromArray(S, y, yo + 3 * PANEL + L);
    for (int k = 0; k < count; k += BLOCK) {
      int lines = start + k / (2 * BLOCK) * UNIT + SCALES + (k / BLOCK & 1) * BLOCK * PANEL;
      int scale = so + k / BLOCK * PANEL;
      FloatVector d0 = FloatVector.fromArray(S, scales, scale);
      FloatVector d1 = FloatVector.fromArray(S, scales, scale + L);
      for (int column = 0; column < BLOCK; column++) {
        int i = lines + column * PANEL;
        int xi = xo + k + column;
        FloatVector w0 = levels(w, i).mul(d0);
        FloatVector w1 = levels(w, i + L).mul(d1);
        FloatVector b = FloatVector.broadcast(S, x[xi]);
        a00 = b.fma(w0, a00);
        a01 = b.fma(w1, a01);
        b = FloatVector.broadcast(S, x[xi + X]);
        a10 = b.fma(w0, a10);
        a11 = b.fma(w1, a11);
        b = FloatVector.broadcast(S, x[xi + 2 * X]);
        a20 = b.fma(w0, a20);
        a21 = b.fma(w1, a21);
        b = FloatVector.broadcast(S, x[xi + 3 * X]);
        a30 = b.fma(w0, a30);
        a31 = b.fma(w1, a31);
      }
    }
    a00.intoArray(y, yo);
    a01.intoArray(y, yo + L);
    a10.intoArray(y, yo + PANEL);
    a11.intoArray(y, yo + PANEL + L);
    a20.intoArray(y, yo + 2 * PANEL);
    a21.intoArray(y, yo + 2 * PANEL + L);
    a30.intoArray(y, yo + 3 * PANEL);
    a31.intoArray(y, yo + 3 * PANEL + L);
  }
}
