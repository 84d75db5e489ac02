package org.decodebench.core.kernel;

import java.util.Arrays;

/**
 * Scratch memory of one thread, grown on demand and kept. Not thread-safe. Small arrays are longer
 * than their use: a collector may lay those of two threads side by side, and two cores that write
 * to one cache line wait for each other.
 */
public final class Workspace {
  /** Floats that nobody uses behind the last one used, two cache lines. */
  private static final int PADDING = 32;

  /** Unpacked weights: {@code [TILE_MOST][PANEL]} from {@link Matrix#LEAD} on. */
  final float[] tile = new float[Matrix.LEAD + PanelMatrix.TILE_MOST * Matrix.PANEL];

  private float[] scales = {};

  /** What reading ahead leaves, so that no compiler can leave it out; at {@link #PADDING}. */
  private final int[] touched = new int[2 * PADDING];

  private float[] inputs = {};
  private float[] panel = {};
  private float[] row = {};
  private double[] doubles = {};

  /** Attention: a block of queries, its scores, sums and normalisers. */
  float[] queries = {};

  float[] scores = {};

  /** Keys or values of a compact cache, as floats. */
  private float[] cacheTile = {};

  final float[] cacheScales = new float[Matrix.PANEL + PADDING];
  float[] sums = {};
  final float[] maxima = new float[AttentionRows.BLOCK + PADDING];
  final float[] totals = new float[AttentionRows.BLOCK + PADDING];

  void touched(int value) {
    touched[PADDING] += value;
  }

  /** {@link Inputs}. */
  float[] inputs(int columns, int n) {
    int size = Inputs.size(columns, n) + PADDING;
    if (inputs.length < size) {
      inputs = new float[size];
    }
    return inputs;
  }

  /** Outputs of a panel: {@code [n][PANEL]} from {@link Matrix#LEAD} on. */
  float[] panel(int n) {
    int size = Matrix.LEAD + n * Matrix.PANEL + PADDING;
    if (panel.length < size) {
      panel = new float[size];
    }
    return panel;
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
    if (queries.length < Inputs.size(head, rows) + PADDING) {
      queries = new float[Inputs.size(head, rows) + PADDING];
    }
    if (sums.length < rows * head + PADDING) {
      sums = new float[rows * head + PADDING];
    }
    if (scores.length < rows * keys + PADDING) {
      scores = new float[rows * keys + PADDING];
    }
    Arrays.fill(sums, 0, rows * head, 0);
  }
}
