package org.decodebench.core.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * A matrix whose values are packed into ints: each lane of a line belongs to one row and holds
 * neighbouring columns of it, the first one lowest. A unit is the least number of columns that can
 * be unpacked alone.
 */
abstract class PackedPanels extends PanelMatrix {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  final int[] data;
  final int unitColumns;
  final int unitLines;

  /**
   * @param unitLines lines of 64 ints that a unit takes
   */
  PackedPanels(DType type, Tensor tensor, int unitColumns, int unitLines) {
    super(type, tensor.rows(), tensor.columns());
    this.unitColumns = unitColumns;
    this.unitLines = unitLines;
    data = new int[size(tensor, units() * unitLines)];
    pack(
        tensor,
        (row, panel, r) -> {
          for (int unit = 0; unit < units(); unit++) {
            int columns = Math.min(unitColumns, columns() - unit * unitColumns);
            int from = Math.toIntExact(type.bytes((long) unit * unitColumns));
            packUnit(row, from, columns, start(panel, unit) + r);
          }
        });
  }

  private int units() {
    return (columns() + unitColumns - 1) / unitColumns;
  }

  final int start(int panel, int unit) {
    return LEAD + (panel * units() + unit) * unitLines * PANEL;
  }

  /**
   * Brings one row of a unit into place.
   *
   * @param row bytes of the row in the stored type
   * @param from where the unit begins
   * @param columns how many columns the row has in this unit
   * @param to index in {@link #data} of the row's lane in the unit's first line
   */
  abstract void packUnit(byte[] row, int from, int columns, int to);

  /** The value of a column of a unit in the lane that begins at {@code start}. */
  abstract float value(int start, int column);

  @Override
  public final long memory() {
    return 4L * data.length;
  }

  @Override
  public final void row(int row, float[] out, int offset) {
    for (int k = 0; k < columns(); k++) {
      int start = start(row / PANEL, k / unitColumns) + row % PANEL;
      out[offset + k] = value(start, k % unitColumns);
    }
  }

  /** Where the unit of a column begins. */
  final int unitStart(int panel, int column) {
    return start(panel, column / unitColumns);
  }

  static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xFFFF;
  }

  static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }
}
