package org.decodebench.core.kernel;

import java.util.Arrays;

/**
 * Attention with a streaming softmax (1805.02867, 2205.14135) over fixed blocks of keys. A row's
 * keys are counted by ordinal and taken in that order, one accumulation an output component, so a
 * row's result depends on nothing but its query and its keys.
 */
final class VectorAttention {
  private static final int L = Lanes.L;
  private static final int PANEL = Matrix.PANEL;
  private static final int LEAD = Matrix.LEAD;
  private static final int K_BLOCK = PanelMatrix.K_BLOCK;

  /** Ordinals between two looks at the running maximum. */
  private static final int KEYS = 256;

  private static final int BLOCK = AttentionRows.BLOCK;

  private VectorAttention() {}

  /** Computes up to {@link AttentionRows#BLOCK} (row, query head) pairs that share their keys. */
  static void block(AttentionRows rows, int block, Workspace w) {
    KeyValues cache = rows.cache;
    int headSize = cache.headSize();
    int head = block % cache.heads();
    int first = block / cache.heads() * BLOCK;
    int n = Math.min(BLOCK, rows.rows() * rows.group() - first);
    int sumStride = KeyValues.valueSize(headSize);
    w.reserveAttention(sumStride, KEYS);
    Arrays.fill(w.maxima, 0, BLOCK, Float.NEGATIVE_INFINITY);
    Arrays.fill(w.totals, 0, BLOCK, 0);
    int start = Integer.MAX_VALUE;
    int end = 0;
    for (int i = 0; i < n; i++) {
      loadQuery(rows, head, first + i, w.queries, i, n);
      start = Math.min(start, rows.start(row(rows, first + i)));
      end = Math.max(end, rows.end(row(rows, first + i)));
    }
    for (int from = start & -KEYS; from < end; from += KEYS) {
      scores(rows, head, first, n, from, Math.max(from, start & -PANEL), w);
      int common = 0;
      int commonEnd = Integer.MAX_VALUE;
      for (int i = 0; i < n; i++) {
        int row = row(rows, first + i);
        softmax(w, i, rows.start(row) - from, rows.end(row) - from, sumStride);
        common = Math.max(common, rows.start(row) - from);
        commonEnd = Math.min(commonEnd, Math.min(KEYS, rows.contiguous(row) - from));
      }
      weigh(rows, head, first, n, from, common, commonEnd, w, sumStride);
    }
    for (int i = 0; i < n; i++) {
      storeSum(rows, head, first + i, w, i, sumStride);
    }
  }

  private static int row(AttentionRows rows, int pair) {
    return pair / rows.group();
  }

  private static int queryOffset(AttentionRows rows, int head, int pair, int stride) {
    int queryHead = head * rows.group() + pair % rows.group();
    return (rows.firstRow + row(rows, pair)) * stride + queryHead * rows.cache.headSize();
  }

  private static void loadQuery(
      AttentionRows rows, int head, int pair, float[] queries, int i, int n) {
    int from = queryOffset(rows, head, pair, rows.queryStride);
    for (int d = 0; d < rows.cache.headSize(); d++) {
      queries[Inputs.at(d, n) + i * Inputs.STRIDE] = rows.queries[from + d] * rows.scale;
    }
  }

  /** Scores of the ordinals {@code from…from+KEYS-1}, whole panels at a time. */
  private static void scores(
      AttentionRows rows, int head, int first, int n, int from, int start, Workspace w) {
    KeyValues cache = rows.cache;
    int headSize = cache.headSize();
    int end = 0;
    for (int i = 0; i < n; i++) {
      end = Math.max(end, rows.contiguous(row(rows, first + i)));
    }
    end = Math.min(end, from + KEYS);
    float[] sums = w.panel(n);
    // The last panel is whole, and may reach beyond the end.
    for (int slot = start; slot < end; slot += PANEL) {
      float[] keys = cache.keyPanel(head, slot, w);
      int keyStart = cache.keyPanelStart(head, slot);
      Arrays.fill(sums, LEAD, LEAD + n * PANEL, 0);
      for (int d = 0; d < headSize; d += K_BLOCK) {
        int count = Math.min(K_BLOCK, headSize - d);
        PanelGemm.multiply(
            keys, keyStart + d * PANEL, count, w.queries, Inputs.at(d, n), n, sums, LEAD);
      }
      for (int i = 0; i < n; i++) {
        System.arraycopy(sums, LEAD + i * PANEL, w.scores, i * KEYS + slot - from, PANEL);
      }
    }
    for (int i = 0; i < n; i++) {
      int row = row(rows, first + i);
      int last = Math.min(from + KEYS, rows.end(row));
      for (int j = Math.max(from, rows.contiguous(row)); j < last; j++) {
        int slot = rows.slot(row, j);
        float sum = 0;
        for (int d = 0; d < headSize; d++) {
          sum =
              Math.fma(
                  w.queries[Inputs.at(d, n) + i * Inputs.STRIDE], cache.key(head, slot, d), sum);
        }
        w.scores[i * KEYS + j - from] = sum;
      }
    }
  }

  /**
   * Turns scores {@code [lo, hi)} of a block into weights relative to the running maximum. Works on
   * whole vectors; what is not seen is set to weight 0 at both ends.
   */
  private static void softmax(Workspace w, int i, int lo, int hi, int sumStride) {
    int low = Math.max(lo, 0);
    int high = Math.min(hi, KEYS);
    if (low >= high) {
      return;
    }
    float[] scores = w.scores;
    int from = i * KEYS + (low & -L);
    int n = ((high + L - 1) & -L) - (low & -L);
    int seen = i * KEYS + low;
    int end = i * KEYS + high;
    int vectors = VectorKernels.vectors(n);
    Arrays.fill(scores, from, seen, Float.NEGATIVE_INFINITY);
    Arrays.fill(scores, end, from + n, Float.NEGATIVE_INFINITY);
    float maximum = Elementwise.max(scores, from, n, w.maxima[i], vectors);
    Elementwise.exp(scores, from, n, maximum, vectors);
    Arrays.fill(scores, from, seen, 0);
    Arrays.fill(scores, end, from + n, 0);
    float rescale = maximum == w.maxima[i] ? 1 : Lanes.exp(w.maxima[i] - maximum);
    w.totals[i] = w.totals[i] * rescale + (float) Elementwise.sum(scores, from, n, vectors);
    w.maxima[i] = maximum;
    if (rescale != 1) {
      Elementwise.scale(
          w.sums, i * sumStride, sumStride, rescale, VectorKernels.vectors(sumStride));
    }
  }

  /**
   * Adds the weighted values of a block of keys. Slots that all rows see are done together; before
   * and after them each row goes alone, so that no row touches a value that it does not see.
   */
  private static void weigh(
      AttentionRows rows,
      int head,
      int first,
      int n,
      int from,
      int common,
      int commonEnd,
      Workspace w,
      int sumStride) {
    boolean together = common < commonEnd;
    for (int i = 0; i < n; i++) {
      int row = row(rows, first + i);
      int low = Math.max(0, rows.start(row) - from);
      int end = Math.min(KEYS, rows.contiguous(row) - from);
      weighOne(rows, head, i, from, low, together ? Math.min(end, common) : end, w, sumStride);
    }
    if (together) {
      values(rows, head, 0, n, from, common, commonEnd, w, sumStride);
    }
    for (int i = 0; i < n; i++) {
      int row = row(rows, first + i);
      int end = Math.min(KEYS, rows.contiguous(row) - from);
      if (together) {
        weighOne(rows, head, i, from, commonEnd, end, w, sumStride);
      }
      int last = Math.min(KEYS, rows.end(row) - from);
      int low = Math.max(0, Math.max(rows.start(row), rows.contiguous(row)) - from);
      for (int j = low; j < last; j++) {
        int slot = rows.slot(row, from + j);
        RowGemm.add(
            rows.cache.valueRows(head, slot, 1, w),
            rows.cache.valueRowsStart(head, slot),
            sumStride,
            sumStride,
            1,
            w.scores,
            i * KEYS + j,
            KEYS,
            1,
            w.sums,
            i * sumStride,
            sumStride);
      }
    }
  }

  private static void weighOne(
      AttentionRows rows, int head, int i, int from, int low, int end, Workspace w, int stride) {
    if (low < end) {
      values(rows, head, i, 1, from, low, end, w, stride);
    }
  }

  private static void values(
      AttentionRows rows,
      int head,
      int i,
      int n,
      int from,
      int low,
      int end,
      Workspace w,
      int sumStride) {
    RowGemm.add(
        rows.cache.valueRows(head, from + low, end - low, w),
        rows.cache.valueRowsStart(head, from + low),
        sumStride,
        sumStride,
        end - low,
        w.scores,
        i * KEYS + low,
        KEYS,
        n,
        w.sums,
        i * sumStride,
        sumStride);
  }

  private static void storeSum(
      AttentionRows rows, int head, int pair, Workspace w, int i, int sumStride) {
    int to = queryOffset(rows, head, pair, rows.outStride);
    float scale = 1 / w.totals[i];
    for (int d = 0; d < rows.cache.headSize(); d++) {
      rows.out[to + d] = w.sums[i * sumStride + d] * scale;
    }
  }
}
