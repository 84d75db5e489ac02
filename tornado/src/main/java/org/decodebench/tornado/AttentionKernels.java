package org.decodebench.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Keys, values and attention. The cache is a pool of rows, one a slot of a sequence: keys in panels
 * of 32 rows, {@code [layer][kvHead][row/32][headSize][32]}, so that threads that score
 * neighbouring keys read side by side; values {@code [layer][kvHead][row][headSize]}.
 */
final class AttentionKernels {
  /** Threads of a group, and keys of a block. */
  static final int GROUP = 64;

  /** Rows of a panel of keys. */
  static final int PANEL = 32;

  /** Widest head. */
  static final int MAX_HEAD = 256;

  /** Score of a key that is not seen: so low that nothing real is near it. */
  private static final float UNSEEN = -1e30f;

  private AttentionKernels() {}

  private static int keyAt(int headOfLayer, int pool, int headSize, int row) {
    return (headOfLayer * pool + row / PANEL * PANEL) * headSize + row % PANEL;
  }

  private static int valueAt(int headOfLayer, int pool, int headSize, int row) {
    return (headOfLayer * pool + row) * headSize;
  }

  /**
   * Normalises (Qwen3) and rotates queries and keys, and writes keys and values into the cache.
   * Groups: (heads + 2 kvHeads) × rows.
   *
   * @param qkv {@code [rows][queries, keys, values]}
   * @param angles {@code [position][cos half, sin half]}
   * @param headNorms {@code [layer][query, key][headSize]}, then epsilon; without norms anything
   * @param rotary {@code 2 * half + (norms ? 1 : 0)}
   */
  static void place(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray qkv,
      FloatArray angles,
      FloatArray headNorms,
      FloatArray keys,
      FloatArray values,
      int chunkLayer,
      int layers,
      int heads,
      int kvHeads,
      int headSize,
      int rotary) {
    float[] head = c.allocateFloatLocalArray(MAX_HEAD);
    float[] local = c.allocateFloatLocalArray(GROUP);
    int unit = c.groupIdx;
    int row = c.groupIdy;
    int t = c.localIdx;
    int half = rotary / 2;
    // No barrier is inside a condition, see Products: a group with nothing to do has empty loops.
    int size = row < call.get(Call.ROWS) ? headSize : 0;
    int isKey = unit < heads ? 0 : 1;
    int turned = unit < heads + kvHeads ? size : 0;
    int record = Call.HEADER + row * Call.RECORD;
    int layer = state.get(0) + chunkLayer;
    int from = row * RowKernels.stride((heads + 2 * kvHeads) * headSize) + unit * headSize;
    for (int d = t; d < size; d += GROUP) {
      head[d] = qkv.get(from + d);
    }
    c.localBarrier();
    if (rotary % 2 == 1) { // known when the kernel is compiled
      float squares = 0;
      for (int d = t; d < size; d += GROUP) {
        squares = head[d] * head[d] + squares;
      }
      local[t] = squares;
      c.localBarrier();
      for (int step = GROUP / 2; step > 0; step /= 2) {
        if (t < step) {
          local[t] += local[t + step];
        }
        c.localBarrier();
      }
      float scale =
          1 / TornadoMath.sqrt(local[0] / headSize + headNorms.get(layers * 2 * headSize));
      for (int d = t; d < turned; d += GROUP) {
        head[d] = head[d] * scale * headNorms.get((layer * 2 + isKey) * headSize + d);
      }
      c.localBarrier();
    }
    int pairs = Math.min(half, turned);
    int angle = call.get(record + Call.POSITION) * 2 * half;
    for (int i = t; i < pairs; i += GROUP) {
      float a = head[i];
      float b = head[half + i];
      float cos = angles.get(angle + i);
      float sin = angles.get(angle + half + i);
      head[i] = a * cos - b * sin;
      head[half + i] = b * cos + a * sin;
    }
    c.localBarrier();
    int write = call.get(record + Call.WRITE);
    int pool = call.get(Call.POOL);
    if (unit < heads) {
      for (int d = t; d < size; d += GROUP) {
        qkv.set(from + d, head[d]);
      }
    } else if (unit < heads + kvHeads) {
      int at = keyAt(layer * kvHeads + unit - heads, pool, headSize, write);
      for (int d = t; d < size; d += GROUP) {
        keys.set(at + d * PANEL, head[d]);
      }
    } else {
      int at = valueAt(layer * kvHeads + unit - heads - kvHeads, pool, headSize, write);
      for (int d = t; d < size; d += GROUP) {
        values.set(at + d, head[d]);
      }
    }
  }

  /**
   * Attention with a streaming softmax (2205.14135): blocks of 64 keys by ordinal, in order, so
   * that a row's result depends on the keys it sees alone. Groups: heads × rows.
   */
  static void attend(
      KernelContext c,
      IntArray call,
      IntArray state,
      FloatArray qkv,
      FloatArray keys,
      FloatArray values,
      FloatArray mixed,
      int chunkLayer,
      int heads,
      int kvHeads,
      int headSize) {
    float[] query = c.allocateFloatLocalArray(MAX_HEAD);
    float[] sum = c.allocateFloatLocalArray(MAX_HEAD);
    float[] weight = c.allocateFloatLocalArray(GROUP);
    float[] local = c.allocateFloatLocalArray(GROUP);
    int[] slot = c.allocateIntLocalArray(GROUP);
    int head = c.groupIdx;
    int row = c.groupIdy;
    int t = c.localIdx;
    // No barrier is inside a condition, see Products.
    int size = row < call.get(Call.ROWS) ? headSize : 0;
    int record = Call.HEADER + row * Call.RECORD;
    int base = call.get(record + Call.BASE);
    int start = call.get(record + Call.START);
    int contiguous = call.get(record + Call.CONTIGUOUS);
    int end = size > 0 ? call.get(record + Call.END) : 0;
    int path = call.get(record + Call.PATH);
    int pool = call.get(Call.POOL);
    int headOfLayer = (state.get(0) + chunkLayer) * kvHeads + head / (heads / kvHeads);
    int from = row * RowKernels.stride((heads + 2 * kvHeads) * headSize) + head * headSize;
    float scale = 1 / TornadoMath.sqrt((float) headSize);
    for (int d = t; d < size; d += GROUP) {
      query[d] = qkv.get(from + d) * scale;
      sum[d] = 0;
    }
    float max = UNSEEN;
    float total = 0;
    for (int block = start / GROUP * GROUP; block < end; block += GROUP) {
      int ordinal = block + t;
      float score = UNSEEN;
      c.localBarrier();
      if (ordinal >= start && ordinal < end) {
        int key = ordinal;
        if (ordinal >= contiguous) {
          key = call.get(path + ordinal - contiguous);
        }
        slot[t] = base + key;
        int at = keyAt(headOfLayer, pool, headSize, base + key);
        score = 0;
        for (int d = 0; d < headSize; d++) {
          score = query[d] * keys.get(at + d * PANEL) + score;
        }
      }
      local[t] = score;
      c.localBarrier();
      for (int step = GROUP / 2; step > 0; step /= 2) {
        if (t < step) {
          local[t] = TornadoMath.max(local[t], local[t + step]);
        }
        c.localBarrier();
      }
      float highest = TornadoMath.max(max, local[0]);
      float shrink = TornadoMath.exp(max - highest);
      float mine = ordinal >= start && ordinal < end ? TornadoMath.exp(score - highest) : 0;
      c.localBarrier();
      weight[t] = mine;
      local[t] = mine;
      c.localBarrier();
      for (int step = GROUP / 2; step > 0; step /= 2) {
        if (t < step) {
          local[t] += local[t + step];
        }
        c.localBarrier();
      }
      total = total * shrink + local[0];
      max = highest;
      int first = Math.max(start - block, 0);
      int count = Math.min(end - block, GROUP);
      for (int d = t; d < size; d += GROUP) {
        float s = sum[d] * shrink;
        for (int i = first; i < count; i++) {
          s = weight[i] * values.get(valueAt(headOfLayer, pool, headSize, slot[i]) + d) + s;
        }
        sum[d] = s;
      }
    }
    int to = row * RowKernels.stride(heads * headSize) + head * headSize;
    for (int d = t; d < size; d += GROUP) {
      mixed.set(to + d, sum[d] / total);
    }
  }

  /** Moves rows of the pool, in order, in all layers. Groups: layers × kvHeads. */
  static void move(
      KernelContext c, IntArray call, FloatArray keys, FloatArray values, int headSize) {
    int headOfLayer = c.groupIdx;
    int pool = call.get(Call.POOL);
    int moves = call.get(Call.MOVES);
    for (int i = 0; i < moves; i++) {
      int from = call.get(Call.HEADER + i * Call.RECORD + Call.FROM);
      int to = call.get(Call.HEADER + i * Call.RECORD + Call.TO);
      int keyFrom = keyAt(headOfLayer, pool, headSize, from);
      int keyTo = keyAt(headOfLayer, pool, headSize, to);
      int valueFrom = valueAt(headOfLayer, pool, headSize, from);
      int valueTo = valueAt(headOfLayer, pool, headSize, to);
      // A thread keeps to its components, so that a later move reads what an earlier one wrote.
      for (int d = c.localIdx; d < headSize; d += GROUP) {
        keys.set(keyTo + d * PANEL, keys.get(keyFrom + d * PANEL));
        values.set(valueTo + d, values.get(valueFrom + d));
      }
    }
  }
}
