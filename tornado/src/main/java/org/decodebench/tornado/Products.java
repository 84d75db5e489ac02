package org.decodebench.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Matrix products {@code y = W x} or {@code y += W x}, with bias. Weights lie in panels of 32 rows
 * in a {@link DeviceFormat}; the 32 lanes of a group take a row each, and eight splits of the group
 * a segment of the columns each.
 *
 * <p>One order of accumulation: within a segment column by column, then the segments in order. The
 * narrow and the wide kernel share it, so that a position's result has the same bits whatever else
 * is computed with it.
 *
 * <p>No barrier is inside a condition: PoCL then takes the first work item's way through the
 * conditions behind it for the whole group's.
 *
 * <p>TornadoVM miscompiles a group's local array that is handed to another method, so what uses one
 * is written out in the kernel.
 */
final class Products {
  /** Rows of a panel. */
  static final int PANEL = 32;

  /** Segments of the columns. */
  static final int SPLITS = 8;

  /** Threads of a group. */
  static final int GROUP = PANEL * SPLITS;

  /** Positions that a group of a wide kernel takes together; one for each split to sum up. */
  static final int TILE = SPLITS;

  /** Columns in a segment are a multiple of this: what a word holds at most. */
  private static final int UNIT = 4;

  // Flags.
  static final int ADD = 1;
  static final int BIAS = 2;

  /** The matrix is not one of each layer. */
  static final int SINGLE = 4;

  /** Above these the {@link DeviceFormat#code}. */
  static final int FORMAT = 8;

  private Products() {}

  private static int segment(int columns) {
    int units = (columns + UNIT - 1) / UNIT;
    return (units + SPLITS - 1) / SPLITS * UNIT;
  }

  /** A layer's panel, counted over all layers. */
  private static int panel(IntArray state, int flags, int chunkLayer, int rows, int panel) {
    int layer = (flags & SINGLE) != 0 ? 0 : state.get(0) + chunkLayer;
    return layer * ((rows + PANEL - 1) / PANEL) + panel;
  }

  /** Whether this is the execution that the task is for; always if {@code onlyAt} is negative. */
  private static int count(IntArray call, IntArray state, int count, int onlyAt) {
    return onlyAt >= 0 && state.get(0) != onlyAt ? 0 : call.get(count);
  }

  private static void store(
      IntArray state,
      FloatArray bias,
      FloatArray y,
      float sum,
      int row,
      int position,
      int chunkLayer,
      int rows,
      int yStride,
      int flags) {
    float value = sum;
    if ((flags & BIAS) != 0) {
      int layer = (flags & SINGLE) != 0 ? 0 : state.get(0) + chunkLayer;
      value += bias.get(layer * rows + row);
    }
    int at = position * yStride + row;
    if ((flags & ADD) != 0) {
      value += y.get(at);
    }
    y.set(at, value);
  }

  /**
   * One position. Groups: panels × 1.
   *
   * @param count index in {@code call} of the number of positions
   * @param chunkLayer layer within the chunk that the graph covers
   * @param columns of the matrix; what pads {@code x}'s rows is never read, as a device's buffers
   *     begin with anything
   * @param onlyAt the chunk in whose execution it computes, or -1 for all
   */
  static void narrow(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray floats,
      IntArray words,
      FloatArray bias,
      FloatArray x,
      FloatArray y,
      int count,
      int chunkLayer,
      int columns,
      int rows,
      int yStride,
      int flags,
      int onlyAt) {
    float[] part = c.allocateFloatLocalArray(GROUP);
    int lane = c.localIdx % PANEL;
    int split = c.localIdx / PANEL;
    int panel = c.groupIdx;
    int n = count(call, state, count, onlyAt);
    int segment = segment(columns);
    int from = Math.min(split * segment, columns);
    int to = n > 0 ? Math.min(from + segment, columns) : from;
    int of = panel(state, flags, chunkLayer, rows, panel);
    int format = flags / FORMAT;
    float sum = 0;
    for (int k = from; k < to; k++) {
      sum = DeviceFormat.weight(floats, words, format, of, columns, lane, k) * x.get(k) + sum;
    }
    part[c.localIdx] = sum;
    c.localBarrier();
    int row = panel * PANEL + lane;
    if (n > 0 && split == 0 && row < rows) {
      float total = part[lane];
      for (int s = 1; s < SPLITS; s++) {
        total += part[s * PANEL + lane];
      }
      store(state, bias, y, total, row, 0, chunkLayer, rows, yStride, flags);
    }
  }

  /** Any number of positions. Groups: panels × tiles of positions. */
  static void wide(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray floats,
      IntArray words,
      FloatArray bias,
      FloatArray x,
      FloatArray y,
      int count,
      int chunkLayer,
      int columns,
      int rows,
      int yStride,
      int flags,
      int onlyAt) {
    float[] part = c.allocateFloatLocalArray(GROUP * TILE);
    int lane = c.localIdx % PANEL;
    int split = c.localIdx / PANEL;
    int panel = c.groupIdx;
    int first = c.groupIdy * TILE;
    int n = count(call, state, count, onlyAt);
    int segment = segment(columns);
    int from = Math.min(split * segment, columns);
    int to = first < n ? Math.min(from + segment, columns) : from;
    int of = panel(state, flags, chunkLayer, rows, panel);
    int format = flags / FORMAT;
    int stride = RowKernels.stride(columns);
    int at = first * stride;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int k = from; k < to; k++) {
      float v = DeviceFormat.weight(floats, words, format, of, columns, lane, k);
      int p = at + k;
      s0 = v * x.get(p) + s0;
      s1 = v * x.get(p + stride) + s1;
      s2 = v * x.get(p + 2 * stride) + s2;
      s3 = v * x.get(p + 3 * stride) + s3;
      s4 = v * x.get(p + 4 * stride) + s4;
      s5 = v * x.get(p + 5 * stride) + s5;
      s6 = v * x.get(p + 6 * stride) + s6;
      s7 = v * x.get(p + 7 * stride) + s7;
    }
    part[c.localIdx] = s0;
    part[GROUP + c.localIdx] = s1;
    part[2 * GROUP + c.localIdx] = s2;
    part[3 * GROUP + c.localIdx] = s3;
    part[4 * GROUP + c.localIdx] = s4;
    part[5 * GROUP + c.localIdx] = s5;
    part[6 * GROUP + c.localIdx] = s6;
    part[7 * GROUP + c.localIdx] = s7;
    c.localBarrier();
    // From here a split stands for a position.
    int row = panel * PANEL + lane;
    int position = first + split;
    if (row < rows && position < n) {
      float total = part[split * GROUP + lane];
      for (int s = 1; s < SPLITS; s++) {
        total += part[split * GROUP + s * PANEL + lane];
      }
      store(state, bias, y, total, row, position, chunkLayer, rows, yStride, flags);
    }
  }
}
