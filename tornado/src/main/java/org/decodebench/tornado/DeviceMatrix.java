package org.decodebench.tornado;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The matrices of one kind of all layers, in panels of 32 rows as {@link DeviceFormat} reads them.
 *
 * @param format of all of them
 * @param rows of one layer's matrix
 * @param columns of one
 * @param floats weights, scales or a table, see {@link DeviceFormat}
 * @param words packed weights, or a zero
 * @param bytes that a layer's product reads, padding included
 */
record DeviceMatrix(
    DeviceFormat format, int rows, int columns, FloatArray floats, IntArray words, long bytes) {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int Q8_BYTES = DType.Q8_0.blockBytes();
  private static final int Q4_BYTES = DType.Q4_0.blockBytes();

  int panels() {
    return (rows + Products.PANEL - 1) / Products.PANEL;
  }

  /**
   * Packs matrices, in their stored type where {@link DeviceFormat} has it and all share it, else
   * as F32.
   *
   * @param name for messages
   * @param tensors {@code [layer][part]}; the parts of a layer's matrix are stacked
   */
  static DeviceMatrix pack(String name, Tensor[][] tensors) {
    DeviceFormat format =
        Arrays.stream(tensors)
            .flatMap(Arrays::stream)
            .map(t -> DeviceFormat.of(t.type()))
            .reduce((a, b) -> a == b ? a : DeviceFormat.F32)
            .orElseThrow();
    int rows = 0;
    for (Tensor part : tensors[0]) {
      rows += part.rows();
    }
    int columns = tensors[0][0].columns();
    int panels = tensors.length * ((rows + Products.PANEL - 1) / Products.PANEL);
    int wordLines = format.wordLines(columns);
    int floatLines = format.floatLines(columns);
    IntArray words = new IntArray(size(name, panels, wordLines));
    FloatArray floats =
        format.table().length > 0
            ? FloatArray.fromArray(format.table())
            : new FloatArray(size(name, panels, floatLines));
    int panelsOfLayer = panels / tensors.length;
    IntStream.range(0, panels)
        .parallel()
        .forEach(i -> {
          int first = i % panelsOfLayer * Products.PANEL;
          int start = 0;
          for (Tensor part : tensors[i / panelsOfLayer]) {
            int from = Math.max(first, start);
            int to = Math.min(first + Products.PANEL, start + part.rows());
            for (int r = from; r < to; r++) {
              int lane = r - first;
              int word = i * wordLines * Products.PANEL + lane;
              int value = i * floatLines * Products.PANEL + lane;
              switch (format) {
                case F32 -> putFloats(part, r - start, floats, value);
                case F16, BF16 -> putHalves(part, r - start, words, word);
                case Q8_0 -> putBlocks(part, r - start, floats, value, words, word);
              }
            }
            start += part.rows();
          }
        });
    long bytes = 4L * (panelsOfLayer * Products.PANEL) * (wordLines + floatLines);
    return new DeviceMatrix(format, rows, columns, floats, words, bytes);
  }

  /** Size of an array of {@code lines} lines a panel; TornadoVM has none of size 0. */
  private static int size(String name, int panels, int lines) {
    long size = Math.max(1, (long) panels * lines * Products.PANEL);
    if (size > Integer.MAX_VALUE - 1024) {
      throw new UsageException(
          "%s: the weights of one kind take %d words, more than a device array holds (2^31); take a smaller model or --backend auto"
              .formatted(name, size));
    }
    return (int) size;
  }

  private static void putFloats(Tensor part, int row, FloatArray floats, int at) {
    float[] values = new float[part.columns()];
    part.readRow(row, values, 0);
    for (int k = 0; k < values.length; k++) {
      floats.set(at + k * Products.PANEL, values[k]);
    }
  }

  private static void putHalves(Tensor part, int row, IntArray words, int at) {
    MemorySegment data = part.data();
    long from = row * part.rowBytes();
    int columns = part.columns();
    for (int k = 0; k < columns; k += 2) {
      int low = data.get(I16, from + 2L * k) & 0xFFFF;
      int high = k + 1 < columns ? data.get(I16, from + 2L * (k + 1)) : 0;
      words.set(at + k / 2 * Products.PANEL, high << 16 | low);
    }
  }

  /** Q8_0, or Q4_0 whose levels are among Q8_0's. */
  private static void putBlocks(
      Tensor part, int row, FloatArray scales, int scaleAt, IntArray words, int wordAt) {
    MemorySegment data = part.data();
    long from = row * part.rowBytes();
    boolean nibbles = part.type() == DType.Q4_0;
    for (int block = 0; block < part.columns() / DeviceFormat.BLOCK; block++) {
      long at = from + (long) block * (nibbles ? Q4_BYTES : Q8_BYTES);
      scales.set(scaleAt + block * Products.PANEL, Float.float16ToFloat(data.get(I16, at)));
      for (int i = 0; i < DeviceFormat.BLOCK; i += 4) {
        int word = 0;
        for (int j = 0; j < 4; j++) {
          word |= (level(data, at + 2, i + j, nibbles) & 0xFF) << 8 * j;
        }
        words.set(wordAt + (block * DeviceFormat.BLOCK + i) / 4 * Products.PANEL, word);
      }
    }
  }

  private static int level(MemorySegment data, long at, int i, boolean nibbles) {
    if (!nibbles) {
      return data.get(ValueLayout.JAVA_BYTE, at + i);
    }
    int both = data.get(ValueLayout.JAVA_BYTE, at + i % 16);
    return (both >> i / 16 * 4 & 15) - 8;
  }
}
