package org.decodebench.core.kernel;

import java.util.Arrays;

/** Scratch memory of one thread, grown on demand and kept. Not thread-safe. */
public final class Workspace {
  /** Unpacked weights: {@code [K_BLOCK][PANEL]}. */
  final float[] tile = new float[PanelMatrix.K_BLOCK * Matrix.PANEL];

  private float[] scales = {};

  /** What reading ahead leaves, so that no compiler can leave it out. */
  int touched;

  private float[] partial = {};
  private float[] row = {};
  private double[] doubles = {};

  /** Attention: a block of queries, its scores, sums and normalisers. */
  float[] queries = {};

  float[] scores = {};

  /** Keys or values of a compact cache, as floats. */
  private float[] cacheTile = {};

  final float[] cacheScales = new float[Matrix.PANEL];
  float[] sums = {};
  final float[] maxima = new float[AttentionRows.BLOCK];
  final float[] totals = new float[AttentionRows.BLOCK];

  /** Outputs of a partial panel: {@code [n][PANEL]}. */
  float[] partial(int n) {
    if (partial.length < n * Matrix.PANEL) {
      partial = new float[n * Matrix.PANEL];
    }
    return partial;
  }

  /** Scales of {@code columns} columns of a panel, two for each 16 columns at most. */
  float[] scales(int columns) {
    int n = (columns + 31) / 16 * 2 * Matrix.PANEL;
    if (scales.length < n) {
      scales = new float[n];
    }
    return scales;
  }

  float[] cacheTile(int n) {
    if (cacheTile.length < n) {
      cacheTile = new float[Math.max(n, 2 * cacheTile.length)];
    }
    return cacheTile;
  }

  float[] row(int n) {
    if (row.length < n) {
      row = new float[n];
    }
    return row;
  }

  double[] doubles(int n) {
    if (doubles.length < n) {
      doubles = new double[Math.max(n, 2 * doubles.length)];
    }
    return doubles;
  }

  /** Makes room for a block of queries and clears its sums. */
  void reserveAttention(int head, int keys) {
    int rows = AttentionRows.BLOCK;
    if (queries.length < rows * head) {
      queries = new float[rows * head];
      sums = new float[rows * head];
    }
    if (scores.length < rows * keys) {
      scores = new float[rows * keys];
    }
    Arrays.fill(sums, 0, rows * head, 0);
  }
}
