package org.decodebench.core.tensor;

/**
 * The scale with which levels -n…n-1 times the scale come nearest to some values, by the same
 * search as {@link AffineFit} without an offset.
 */
final class SymmetricFit {
  private static final int GRIDS = 19;

  private SymmetricFit() {}

  static float scale(float[] values, int from, int count, int levels) {
    float largest = 0;
    for (int i = 0; i < count; i++) {
      if (Math.abs(values[from + i]) > Math.abs(largest)) {
        largest = values[from + i];
      }
    }
    if (largest == 0) {
      return 0;
    }
    float best = 0;
    double bestGain = 0;
    for (int grid = 0; grid < GRIDS; grid++) {
      // The largest value goes to -n, where there is one level more.
      float inverse = -(levels + (grid - GRIDS / 2) * 0.1f) / largest;
      double wxq = 0;
      double wqq = 0;
      for (int i = 0; i < count; i++) {
        float x = values[from + i];
        int q = BlockFormat.nearest(x * inverse, -levels, levels - 1);
        double weight = (double) x * x;
        wxq += weight * x * q;
        wqq += weight * q * q;
      }
      // Least squares give scale wxq/wqq; the error falls by wxq²/wqq.
      double gain = wqq > 0 ? wxq * wxq / wqq : 0;
      if (gain > bestGain) {
        bestGain = gain;
        best = (float) (wxq / wqq);
      }
    }
    return best;
  }
}
