package org.decodebench.core.tensor;

/**
 * The step and the least value with which levels 0…n of {@code step·q − least} come nearest to some
 * values. Levels are tried on a few grids; for each grid step and least follow by weighted least
 * squares, and the grid with the least error wins.
 *
 * @param step at least 0
 * @param least at least 0: the format cannot lift values above zero
 */
record AffineFit(float step, float least) {
  private static final int GRIDS = 24;

  static AffineFit of(float[] values, int from, int count, int levels) {
    float least = 0;
    float most = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      least = Math.min(least, values[from + i]);
      most = Math.max(most, values[from + i]);
      squares += (double) values[from + i] * values[from + i];
    }
    if (most == least) {
      return new AffineFit(0, 0);
    }
    double typical = Math.sqrt(squares / count);
    AffineFit best = new AffineFit((most - least) / levels, -least);
    double bestError = best.error(values, from, count, levels, typical);
    for (int grid = 0; grid < GRIDS; grid++) {
      float inverse = (levels - 1 + grid * 0.1f) / (most - least);
      AffineFit fit = solve(values, from, count, levels, typical, least, inverse);
      double error = fit.error(values, from, count, levels, typical);
      if (error < bestError) {
        best = fit;
        bestError = error;
      }
    }
    return best;
  }

  /** Large values matter more than small ones: they meet the large activations. */
  private static double weight(float value, double typical) {
    return typical + Math.abs(value);
  }

  private static AffineFit solve(
      float[] values, int from, int count, int levels, double typical, float least, float inverse) {
    double w = 0;
    double wq = 0;
    double wqq = 0;
    double wx = 0;
    double wxq = 0;
    for (int i = 0; i < count; i++) {
      float x = values[from + i];
      int q = BlockFormat.nearest((x - least) * inverse, 0, levels);
      double weight = weight(x, typical);
      w += weight;
      wq += weight * q;
      wqq += weight * q * q;
      wx += weight * x;
      wxq += weight * x * q;
    }
    double determinant = w * wqq - wq * wq;
    double step = determinant > 0 ? (w * wxq - wx * wq) / determinant : 0;
    double shift = determinant > 0 ? (wqq * wx - wq * wxq) / determinant : 0;
    if (shift > 0) {
      shift = 0;
      step = wqq > 0 ? wxq / wqq : 0;
    }
    return new AffineFit((float) Math.max(0, step), (float) -shift);
  }

  private double error(float[] values, int from, int count, int levels, double typical) {
    float inverse = BlockFormat.inverse(step);
    double error = 0;
    for (int i = 0; i < count; i++) {
      float x = values[from + i];
      double off = step * BlockFormat.nearest((x + least) * inverse, 0, levels) - least - x;
      error += weight(x, typical) * off * off;
    }
    return error;
  }
}
