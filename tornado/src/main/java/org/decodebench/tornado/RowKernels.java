package org.decodebench.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels that treat a row by itself: embedding, norms, activations. A kernel's context cannot be
 * handed on, so the sums over a group are written out.
 */
final class RowKernels {
  /** Threads of a group. */
  static final int GROUP = 64;

  // Flags of the norm.
  static final int LAYER_NORM = 1;
  static final int BIAS = 2;

  /** The rows whose logits are wanted, by the model's last norm. */
  static final int FINAL = 4;

  private RowKernels() {}

  /** Distance of the rows of a buffer of {@code n} columns. */
  static int stride(int n) {
    return (n + 15) / 16 * 16;
  }

  /**
   * x = E[token]. Groups: 1 × rows.
   *
   * @param format a {@link DeviceFormat#code}
   */
  static void embed(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray floats,
      IntArray words,
      FloatArray x,
      int hidden,
      int format) {
    int row = c.groupIdy;
    if (state.get(0) == 0 && row < call.get(Call.ROWS)) {
      int stride = stride(hidden);
      int token = call.get(Call.HEADER + row * Call.RECORD + Call.TOKEN);
      int panel = token / Products.PANEL;
      int lane = token % Products.PANEL;
      for (int d = c.localIdx; d < hidden; d += GROUP) {
        x.set(row * stride + d, DeviceFormat.weight(floats, words, format, panel, hidden, lane, d));
      }
    }
  }

  /** x += P[position]. Groups: 1 × rows. */
  static void addPositions(
      KernelContext c, IntArray call, IntArray state, FloatArray p, FloatArray x, int hidden) {
    int row = c.groupIdy;
    if (state.get(0) == 0 && row < call.get(Call.ROWS)) {
      int stride = stride(hidden);
      int position = call.get(Call.HEADER + row * Call.RECORD + Call.POSITION);
      for (int d = c.localIdx; d < hidden; d += GROUP) {
        int at = row * stride + d;
        x.set(at, x.get(at) + p.get(position * hidden + d));
      }
    }
  }

  /**
   * RMS or layer normalisation. Groups: 1 × rows.
   *
   * @param weights {@code [layer][hidden]}
   * @param onlyAt the chunk in whose execution it computes, or -1 for all
   */
  static void norm(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray x,
      FloatArray weights,
      FloatArray biases,
      FloatArray h,
      int chunkLayer,
      int hidden,
      float epsilon,
      int flags,
      int onlyAt) {
    float[] local = c.allocateFloatLocalArray(GROUP);
    int row = c.groupIdy;
    int n = (flags & FINAL) != 0 ? call.get(Call.WANTED) : call.get(Call.ROWS);
    // No barrier is inside a condition, see Products.
    int size = row < n && (onlyAt < 0 || state.get(0) == onlyAt) ? hidden : 0;
    int stride = stride(hidden);
    int source = row;
    int weight = 0;
    if ((flags & FINAL) != 0) {
      source = call.get(Call.HEADER + row * Call.RECORD + Call.OUTPUT);
    } else {
      weight = (state.get(0) + chunkLayer) * hidden;
    }
    int from = source * stride;
    float mean = 0;
    if ((flags & LAYER_NORM) != 0) {
      float part = 0;
      for (int d = c.localIdx; d < size; d += GROUP) {
        part += x.get(from + d);
      }
      local[c.localIdx] = part;
      c.localBarrier();
      for (int half = GROUP / 2; half > 0; half /= 2) {
        if (c.localIdx < half) {
          local[c.localIdx] += local[c.localIdx + half];
        }
        c.localBarrier();
      }
      mean = local[0] / hidden;
      c.localBarrier();
    }
    float squares = 0;
    for (int d = c.localIdx; d < size; d += GROUP) {
      float v = x.get(from + d) - mean;
      squares = v * v + squares;
    }
    local[c.localIdx] = squares;
    c.localBarrier();
    for (int half = GROUP / 2; half > 0; half /= 2) {
      if (c.localIdx < half) {
        local[c.localIdx] += local[c.localIdx + half];
      }
      c.localBarrier();
    }
    float scale = 1 / TornadoMath.sqrt(local[0] / hidden + epsilon);
    for (int d = c.localIdx; d < size; d += GROUP) {
      float v = (x.get(from + d) - mean) * scale * weights.get(weight + d);
      if ((flags & BIAS) != 0) {
        v += biases.get(weight + d);
      }
      h.set(row * stride + d, v);
    }
  }

  /** m = silu(gate) * up, of {@code [gate, up]} side by side. Groups: parts × rows. */
  static void swiglu(KernelContext c, IntArray call, FloatArray gateUp, FloatArray m, int size) {
    int row = c.groupIdy;
    int d = c.groupIdx * GROUP + c.localIdx;
    if (row < call.get(Call.ROWS) && d < size) {
      int from = row * stride(2 * size);
      float g = gateUp.get(from + d);
      m.set(row * stride(size) + d, g / (1 + TornadoMath.exp(-g)) * gateUp.get(from + size + d));
    }
  }

  /** m = gelu(up), tanh form. Groups: parts × rows. */
  static void gelu(KernelContext c, IntArray call, FloatArray up, FloatArray m, int size) {
    int row = c.groupIdy;
    int d = c.groupIdx * GROUP + c.localIdx;
    if (row < call.get(Call.ROWS) && d < size) {
      int at = row * stride(size) + d;
      float v = up.get(at);
      float u = 0.7978845608f * (v + 0.044715f * v * v * v);
      m.set(at, 0.5f * v * (1 + TornadoMath.tanh(u)));
    }
  }

  /** Goes on to the next chunk of layers, or back to the first. */
  static void advance(KernelContext c, IntArray state, int chunk, int layers) {
    if (c.globalIdx == 0) {
      int next = state.get(0) + chunk;
      state.set(0, next == layers ? 0 : next);
    }
  }
}
