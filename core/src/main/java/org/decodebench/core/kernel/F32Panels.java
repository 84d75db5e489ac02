package org.decodebench.core.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** Values as they are, {@code [panel][column][64]}. */
final class F32Panels extends PanelMatrix {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final float[] values;

  F32Panels(Tensor tensor) {
    super(DType.F32, tensor.rows(), tensor.columns());
    values = new float[size(tensor, columns())];
    pack(
        tensor,
        (row, panel, r) -> {
          int start = LEAD + panel * columns() * PANEL + r;
          for (int k = 0; k < columns(); k++) {
            values[start + k * PANEL] = (float) FLOAT.get(row, 4 * k);
          }
        });
  }

  @Override
  public long memory() {
    return 4L * values.length;
  }

  @Override
  public void row(int row, float[] out, int offset) {
    int start = LEAD + row / PANEL * PANEL * columns() + row % PANEL;
    for (int k = 0; k < columns(); k++) {
      out[offset + k] = values[start + k * PANEL];
    }
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
    int start = LEAD + (panel * columns() + from) * PANEL;
    PanelGemm.multiply(values, start, count, x, xOffset, n, y, yOffset);
  }
}
