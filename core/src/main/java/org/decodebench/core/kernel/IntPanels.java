package org.decodebench.core.kernel;

import jdk.incubator.vector.IntVector;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * Packed values in ints: each lane of a line of 64 belongs to one row and holds neighbouring
 * columns of it.
 */
abstract class IntPanels extends TiledPanels {
  /** Ints in a cache line. */
  private static final int LINE = 16;

  final int[] data;

  /**
   * @param unitLines lines of 64 ints that a unit takes
   */
  IntPanels(DType type, Tensor tensor, int unitColumns, int unitLines) {
    super(type, tensor, unitColumns, unitLines * PANEL, LEAD);
    data = new int[size()];
    pack(tensor);
  }

  @Override
  public final long memory() {
    return 4L * data.length;
  }

  @Override
  final void packUnit(byte[] bytes, int from, int columns, int unit, int row) {
    packLane(bytes, from, columns, unit + row);
  }

  /**
   * Brings one row of a unit into place.
   *
   * @param row its bytes in the stored type
   * @param from where the unit begins in them
   * @param columns how many columns the row has in this unit
   * @param to index in {@link #data} of the row's lane in the unit's first line
   */
  abstract void packLane(byte[] row, int from, int columns, int to);

  @Override
  final float value(int unit, int row, int column) {
    return value(unit + row, column);
  }

  /** The value of a column of a unit in the lane that begins at {@code start}. */
  abstract float value(int start, int column);

  @Override
  final int readAhead(int from, int to) {
    IntVector sum = IntVector.zero(Lanes.INTS);
    for (int i = from; i < to; i += LINE) {
      sum = sum.add(IntVector.fromArray(Lanes.INTS, data, i));
    }
    return sum.lane(0);
  }
}
