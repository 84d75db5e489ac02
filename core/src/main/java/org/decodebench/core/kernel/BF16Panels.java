package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** BF16 values, two columns in an int; widened in registers where enough of them are. */
final class BF16Panels extends PackedPanels {

  BF16Panels(Tensor tensor) {
    super(DType.BF16, tensor, 2, 1);
  }

  @Override
  void packUnit(byte[] row, int from, int columns, int to) {
    data[to] = columns == 2 ? i32(row, from) : u16(row, from);
  }

  @Override
  float value(int start, int column) {
    int pair = data[start];
    return Float.intBitsToFloat(column == 0 ? pair << 16 : pair & 0xFFFF0000);
  }

  @Override
  void block(
      int panel,
      int from,
      int count,
      float[] x,
      int xOffset,
      int xStride,
      int n,
      float[] y,
      int yOffset,
      int yStride,
      Workspace workspace) {
    int start = unitStart(panel, from);
    BF16Gemm.multiply(
        data, start, count, x, xOffset, xStride, n, y, yOffset, yStride, workspace.tile);
  }
}
