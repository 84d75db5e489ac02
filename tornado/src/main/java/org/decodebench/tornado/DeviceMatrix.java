package org.decodebench.tornado;

import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The matrices of one kind of all layers, in the form that {@link Products} computes on.
 *
 * @param rows of one layer's matrix
 * @param columns of one
 * @param words the weights, {@code [layer][panel][column][32]}
 * @param bytes that a layer's product reads, padding included
 */
record DeviceMatrix(int layers, int rows, int columns, TornadoNativeArray words, long bytes) {

  int panels() {
    return (rows + Products.PANEL - 1) / Products.PANEL;
  }

  /**
   * Packs matrices as F32.
   *
   * @param name for messages
   * @param tensors {@code [layer][part]}; the parts of a layer's matrix are stacked
   */
  static DeviceMatrix f32(String name, Tensor[][] tensors) {
    int rows = 0;
    for (Tensor part : tensors[0]) {
      rows += part.rows();
    }
    int columns = tensors[0][0].columns();
    int panels = (rows + Products.PANEL - 1) / Products.PANEL;
    int panelSize = columns * Products.PANEL;
    long size = (long) tensors.length * panels * panelSize;
    if (size > Integer.MAX_VALUE - 1024) {
      throw new UsageException(
          "%s: %d weights are more than a device array holds (2^31)".formatted(name, size));
    }
    FloatArray words = new FloatArray((int) size);
    IntStream.range(0, tensors.length * panels)
        .parallel()
        .forEach(i -> {
          float[][] panel = rows(tensors[i / panels], i % panels * Products.PANEL);
          int at = i * panelSize;
          int filled = panel[0] == null ? 0 : panel[0].length;
          for (int k = 0; k < filled; k++) {
            for (int r = 0; r < Products.PANEL && panel[r] != null; r++) {
              words.set(at + k * Products.PANEL + r, panel[r][k]);
            }
          }
        });
    return new DeviceMatrix(tensors.length, rows, columns, words, 4L * panels * panelSize);
  }

  /** The rows of a panel; null past the last. */
  private static float[][] rows(Tensor[] parts, int first) {
    float[][] rows = new float[Products.PANEL][];
    int start = 0;
    for (Tensor part : parts) {
      int from = Math.max(first, start);
      int to = Math.min(first + Products.PANEL, start + part.rows());
      for (int r = from; r < to; r++) {
        rows[r - first] = new float[part.columns()];
        part.readRow(r - start, rows[r - first], 0);
      }
      start += part.rows();
    }
    return rows;
  }
}
