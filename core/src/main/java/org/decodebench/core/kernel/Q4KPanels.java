package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * {@link DType#Q4_K}: units of one block, 256 columns. The first line has the block's F16 scale and
 * minimum, two lines the scales of its eight groups, two their minima (widened from six bits to
 * eight), then 32 lines have eight columns in an int.
 */
final class Q4KPanels extends IntPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final WarmUp WARM_UP = warmUp(DType.Q4_K);

  private static final int BLOCK = 256;
  private static final int GROUP = 32;
  private static final int GROUPS = BLOCK / GROUP;
  private static final int PACKED = 8;
  private static final int SCALES = PANEL;
  private static final int MINIMA = 3 * PANEL;
  private static final int LEVELS = 5 * PANEL;
  private static final int LINES = 5 + BLOCK / PACKED;

  Q4KPanels(Tensor tensor) {
    super(DType.Q4_K, tensor, BLOCK, LINES);
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packLane(byte[] row, int from, int columns, int to) {
    data[to] = i32(row, from);
    for (int group = 0; group < GROUPS; group++) {
      int line = group / 4 * PANEL;
      data[to + SCALES + line] |= scale(row, from + 4, group) << 8 * (group % 4);
      data[to + MINIMA + line] |= minimum(row, from + 4, group) << 8 * (group % 4);
      // Two groups share 32 bytes: the even one has the low nibbles.
      int levels = from + 16 + group / 2 * GROUP;
      for (int i = 0; i < GROUP / PACKED; i++) {
        int packed = 0;
        for (int j = 0; j < PACKED; j++) {
          packed |= (row[levels + i * PACKED + j] >> group % 2 * 4 & 15) << 4 * j;
        }
        data[to + LEVELS + (group * GROUP / PACKED + i) * PANEL] = packed;
      }
    }
  }

  /** Six bits: the first four groups whole, of the others two bits each above. */
  private static int scale(byte[] b, int at, int group) {
    return group < 4
        ? b[at + group] & 63
        : b[at + group + 4] & 15 | (b[at + group - 4] & 0xFF) >> 6 << 4;
  }

  private static int minimum(byte[] b, int at, int group) {
    return group < 4
        ? b[at + group + 4] & 63
        : b[at + group + 4] >> 4 & 15 | (b[at + group] & 0xFF) >> 6 << 4;
  }

  @Override
  float value(int start, int column) {
    int group = column / GROUP;
    int line = group / 4 * PANEL;
    int left = 24 - group % 4 * 8;
    float step = Bits.half(data[start], 0) * Bits.unsigned(data[start + SCALES + line], left, 8);
    float least = Bits.half(data[start], 1) * Bits.unsigned(data[start + MINIMA + line], left, 8);
    int packed = data[start + LEVELS + column / PACKED * PANEL];
    return step * Bits.unsigned(packed, 28 - column % PACKED * 4, 4) - least;
  }

  @Override
  void unpackUnit(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      for (int group = 0; group < GROUPS; group++) {
        FloatVector step = step(data, start + c, group);
        FloatVector negated = negatedLeast(data, start + c, group);
        for (int i = 0; i < GROUP / PACKED; i++) {
          int line = group * GROUP / PACKED + i;
          IntVector v = IntVector.fromArray(I, data, start + c + LEVELS + line * PANEL);
          for (int j = 0; j < PACKED; j++) {
            Bits.unsigned(v, 28 - j * 4, 4)
                .fma(step, negated)
                .intoArray(tile, to + c + (line * PACKED + j) * PANEL);
          }
        }
      }
    }
  }

  private static FloatVector step(int[] w, int start, int group) {
    IntVector scales = IntVector.fromArray(I, w, start + SCALES + group / 4 * PANEL);
    return Bits.lowHalf(IntVector.fromArray(I, w, start))
        .mul(Bits.unsigned(scales, 24 - group % 4 * 8, 8));
  }

  private static FloatVector negatedLeast(int[] w, int start, int group) {
    IntVector minima = IntVector.fromArray(I, w, start + MINIMA + group / 4 * PANEL);
    return Bits.highHalf(IntVector.fromArray(I, w, start))
        .mul(Bits.unsigned(minima, 24 - group % 4 * 8, 8))
        .neg();
  }

  /** Steps and negated minima of the groups, {@code [group][step, minimum][PANEL]}. */
  private void scales(int start, int count, float[] out) {
    for (int group = 0; group < count / GROUP; group++) {
      int unit = start + group / GROUPS * LINES * PANEL;
      for (int c = 0; c < PANEL; c += L) {
        step(data, unit + c, group % GROUPS).intoArray(out, 2 * group * PANEL + c);
        negatedLeast(data, unit + c, group % GROUPS).intoArray(out, (2 * group + 1) * PANEL + c);
      }
    }
  }

  @Override
  int few() {
    return 1;
  }

  @Override
  void multiply(
      int n, int start, int count, float[] x, int xo, float[] y, int yo, float[] scratch) {
    scales(start, count, scratch);
    for (int c = 0; c < PANEL; c += 4 * L) {
      for (int i = 0; i < n; i++) {
        multiply4(
            data, start + c, count, scratch, c, x, xo + i * Inputs.STRIDE, y, yo + i * PANEL + c);
      }
    }
  }

  /** Four vectors of outputs. */
  private static void multiply4(
      int[] w, int start, int count, float[] scales, int so, float[] x, int xo, float[] y, int yo) {
    FloatVector a0 = FloatVector.fromArray(S, y, yo);
    FloatVector a1 = FloatVector.fromArray(S, y, yo + L);
    FloatVector a2 = FloatVector.fromArray(S, y, yo + 2 * L);
    FloatVector a3 = FloatVector.fromArray(S, y, yo + 3 * L);
    for (int k = 0; k < count; k += GROUP) {
      int lines = start + (k / BLOCK * LINES + 5 + k % BLOCK / PACKED) * PANEL;
      int scale = so + k / GROUP * 2 * PANEL;
      FloatVector s0 = FloatVector.fromArray(S, scales, scale);
      FloatVector s1 = FloatVector.fromArray(S, scales, scale + L);
      FloatVector s2 = FloatVector.fromArray(S, scales, scale + 2 * L);
      FloatVector s3 = FloatVector.fromArray(S, scales, scale + 3 * L);
      FloatVector m0 = FloatVector.fromArray(S, scales, scale + PANEL);
      FloatVector m1 = FloatVector.fromArray(S, scales, scale + PANEL + L);
      FloatVector m2 = FloatVector.fromArray(S, scales, scale + PANEL + 2 * L);
      FloatVector m3 = FloatVector.fromArray(S, scales, scale + PANEL + 3 * L);
      for (int line = 0; line < GROUP / PACKED; line++) {
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
              int left = 28 - j * 4;
              FloatVector b = FloatVector.broadcast(S, x[xi + j]);
              a0 = b.fma(Bits.unsigned(v0, left, 4).fma(s0, m0), a0);
              a1 = b.fma(Bits.unsigned(v1, left, 4).fma(s1, m1), a1);
              a2 = b.fma(Bits.unsigned(v2, left, 4).fma(s2, m2), a2);
              a3 = b.fma(Bits.unsigned(v3, left, 4).fma(s3, m3), a3);
            }
          }
        }
      }
    }
    a0.intoArray(y, yo);
    a1.intoArray(y, yo + L);
    a2.intoArray(y, yo + 2 * L);
    a3.intoArray(y, yo + 3 * L);
  }
}
