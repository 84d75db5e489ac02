package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** BF16 values, two columns in an int; widened in registers where enough of them are. */
final class BF16Panels extends PackedPanels {

  private final int[] data;

  BF16Panels(Tensor tensor) {
    super(DType.BF16, tensor, 2, PANEL, LEAD);
    data = new int[size()];
    pack(tensor);
  }

  @Override
  public long memory() {
    return 4L * data.length;
  }

  @Override
  void packUnit(byte[] bytes, int from, int columns, int unit, int row) {
    data[unit + row] = columns == 2 ? i32(bytes, from) : u16(bytes, from);
  }

  @Override
  float value(int unit, int row, int column) {
    int pair = data[unit + row];
    return Float.intBitsToFloat(column == 0 ? pair << 16 : pair & 0xFFFF0000);
  }

  @Override
  void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xOffset,
      int n,
      float[] y,
      int yOffset,
      Workspace workspace) {
    int start = unitStart(panel, from);
    BF16Gemm.multiply(data, start, count, x, xOffset, n, y, yOffset, workspace.tile);
  }
}
