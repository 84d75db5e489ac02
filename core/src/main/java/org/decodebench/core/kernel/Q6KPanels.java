package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * {@link DType#Q6_K}: units of one block, 256 columns. The first line has the block's F16 scale,
 * four lines the scales of its 16 groups, then three lines a group have its 16 columns: five signed
 * numbers of six bits in each int, and two bits each of the sixteenth on top.
 */
final class Q6KPanels extends IntPanels {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> I = Lanes.INTS;
  private static final int L = Lanes.L;
  private static final WarmUp WARM_UP = warmUp(DType.Q6_K);

  private static final int BLOCK = 256;
  private static final int GROUP = 16;
  private static final int GROUPS = BLOCK / GROUP;
  private static final int SCALES = PANEL;
  private static final int LEVELS = 5 * PANEL;

  /** Lines of a group, and columns that lie whole in an int. */
  private static final int GROUP_LINES = 3;

  private static final int PACKED = 5;
  private static final int LINES = 5 + GROUPS * GROUP_LINES;

  Q6KPanels(Tensor tensor) {
    super(DType.Q6_K, tensor, BLOCK, LINES);
  }

  @Override
  WarmUp warmUp() {
    return WARM_UP;
  }

  @Override
  void packLane(byte[] row, int from, int columns, int to) {
    data[to] = u16(row, from + 208);
    for (int i = 0; i < 4; i++) {
      data[to + SCALES + i * PANEL] = i32(row, from + 192 + 4 * i);
    }
    for (int group = 0; group < GROUPS; group++) {
      int at = to + LEVELS + group * GROUP_LINES * PANEL;
      for (int i = 0; i < GROUP - 1; i++) {
        data[at + i / PACKED * PANEL] |= level(row, from, group * GROUP + i) << 6 * (i % PACKED);
      }
      int last = level(row, from, group * GROUP + GROUP - 1);
      for (int line = 0; line < GROUP_LINES; line++) {
        data[at + line * PANEL] |= last >> 2 * line << 30;
      }
    }
  }

  /** Six bits in two's complement; the file has them with offset 32, in two planes. */
  private static int level(byte[] row, int from, int i) {
    int low = row[from + i / 128 * 64 + i % 64] >> i % 128 / 64 * 4 & 15;
    int high = row[from + 128 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
    return (low | high << 4) ^ 32;
  }

  @Override
  float value(int start, int column) {
    int group = column / GROUP;
    int scale = Bits.signed(data[start + SCALES + group / 4 * PANEL], 24 - group % 4 * 8, 8);
    int at = start + LEVELS + group * GROUP_LINES * PANEL;
    int i = column % GROUP;
    int level =
        i < GROUP - 1
            ? Bits.signed(data[at + i / PACKED * PANEL], 26 - i % PACKED * 6, 6)
            : Bits.signed(
                data[at] >>> 30 | data[at + PANEL] >>> 30 << 2 | data[at + 2 * PANEL] >>> 30 << 4,
                26,
                6);
    return Bits.half(data[start], 0) * scale * level;
  }

  @Override
  void unpackUnit(int start, float[] tile, int to) {
    for (int c = 0; c < PANEL; c += L) {
      for (int group = 0; group < GROUPS; group++) {
        FloatVector step = step(data, start + c, group);
        int from = start + c + LEVELS + group * GROUP_LINES * PANEL;
        IntVector last = IntVector.zero(I);
        int column = to + c + group * GROUP * PANEL;
        for (int line = 0; line < GROUP_LINES; line++) {
          IntVector v = IntVector.fromArray(I, data, from + line * PANEL);
          for (int j = 0; j < PACKED; j++) {
            Bits.signed(v, 26 - j * 6, 6)
                .mul(step)
                .intoArray(tile, column + (line * PACKED + j) * PANEL);
          }
          last = top(last, v);
        }
        Bits.signed(last, 0, 6).mul(step).intoArray(tile, column + (GROUP - 1) * PANEL);
      }
    }
  }

  /** Puts the two highest bits on top of those gathered before. */
  private static IntVector top(IntVector gathered, IntVector v) {
    return gathered.lanewise(VectorOperators.LSHR, 2).or(v.and(0xC0000000));
  }

  private static FloatVector step(int[] w, int start, int group) {
    IntVector scales = IntVector.fromArray(I, w, start + SCALES + group / 4 * PANEL);
    return Bits.lowHalf(IntVector.fromArray(I, w, start))
        .mul(Bits.signed(scales, 24 - group % 4 * 8, 8));
  }
}
