package org.decodebench.core.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * A matrix whose values stay packed. A unit is the least number of columns that can be unpacked
 * alone; the units of a panel follow one another, and each holds all 64 rows of its columns.
 */
abstract class PackedPanels extends PanelMatrix {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  final int unitColumns;
  final int unitSize;
  private final int lead;

  /**
   * @param unitSize elements of the array that a unit takes
   * @param lead where the first unit begins in the array
   */
  PackedPanels(DType type, Tensor tensor, int unitColumns, int unitSize, int lead) {
    super(type, tensor.rows(), tensor.columns());
    this.unitColumns = unitColumns;
    this.unitSize = unitSize;
    this.lead = lead;
  }

  /** Elements of the array. */
  final int size() {
    return arraySize(type(), rows(), columns(), lead + (long) panels() * units() * unitSize);
  }

  /** Brings all rows into place. */
  final void pack(Tensor tensor) {
    pack(
        tensor,
        (row, panel, r) -> {
          for (int unit = 0; unit < units(); unit++) {
            int columns = Math.min(unitColumns, columns() - unit * unitColumns);
            int from = Math.toIntExact(type().bytes((long) unit * unitColumns));
            packUnit(row, from, columns, start(panel, unit), r);
          }
        });
  }

  private int units() {
    return (columns() + unitColumns - 1) / unitColumns;
  }

  final int start(int panel, int unit) {
    return lead + (panel * units() + unit) * unitSize;
  }

  /** Where the unit of a column begins. */
  final int unitStart(int panel, int column) {
    return start(panel, column / unitColumns);
  }

  /**
   * Brings one row of a unit into place.
   *
   * @param bytes of the row in the stored type
   * @param from where the unit begins in them
   * @param columns how many columns the row has in this unit
   * @param unit where the unit begins in the array
   * @param row of the panel
   */
  abstract void packUnit(byte[] bytes, int from, int columns, int unit, int row);

  /**
   * A value.
   *
   * @param unit where the unit begins in the array
   * @param row of the panel
   * @param column of the unit
   */
  abstract float value(int unit, int row, int column);

  @Override
  public final void row(int row, float[] out, int offset) {
    for (int k = 0; k < columns(); k++) {
      int unit = unitStart(row / PANEL, k);
      out[offset + k] = value(unit, row % PANEL, k % unitColumns);
    }
  }

  static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xFFFF;
  }

  static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }
}
