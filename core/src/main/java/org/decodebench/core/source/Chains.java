package org.decodebench.core.source;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;

/** Small exact computations on Markov chains and distributions. */
final class Chains {
  private static final double SUM_TOLERANCE = 1e-9;

  private Chains() {}

  /**
   * The stationary distribution of a chain over states with one recurrent class.
   *
   * @param p {@code [state][state]}
   */
  static double[] stationary(double[][] p) {
    int n = p.length;
    double[][] a = new double[n][n];
    double[] b = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[j][i] = p[i][j] - (i == j ? 1 : 0);
      }
    }
    // The equations of balance have one too many; the sum takes its place.
    Arrays.fill(a[n - 1], 1);
    b[n - 1] = 1;
    double[] pi = solve(a, b);
    for (int i = 0; i < n; i++) {
      pi[i] = Math.max(0, pi[i]);
    }
    scale(pi);
    return pi;
  }

  /** Gaussian elimination with partial pivoting; overwrites its arguments. */
  static double[] solve(double[][] a, double[] b) {
    int n = b.length;
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) {
          pivot = i;
        }
      }
      if (Math.abs(a[pivot][k]) < 1e-13) {
        throw new IllegalArgumentException("the chain has more than one recurrent class");
      }
      double[] row = a[pivot];
      a[pivot] = a[k];
      a[k] = row;
      double value = b[pivot];
      b[pivot] = b[k];
      b[k] = value;
      for (int i = k + 1; i < n; i++) {
        double factor = a[i][k] / row[k];
        if (factor != 0) {
          for (int j = k; j < n; j++) {
            a[i][j] -= factor * row[j];
          }
          b[i] -= factor * value;
        }
      }
    }
    for (int k = n - 1; k >= 0; k--) {
      for (int j = k + 1; j < n; j++) {
        b[k] -= a[k][j] * b[j];
      }
      b[k] /= a[k][k];
    }
    return b;
  }

  /** In nats. */
  static double entropy(double[] p) {
    double h = 0;
    for (double x : p) {
      if (x > 0) {
        h -= x * Math.log(x);
      }
    }
    return h;
  }

  /** Divides by the sum and returns it; leaves zeros as they are. */
  static double scale(double[] p) {
    double sum = 0;
    for (double x : p) {
      sum += x;
    }
    if (sum > 0) {
      for (int i = 0; i < p.length; i++) {
        p[i] /= sum;
      }
    }
    return sum;
  }

  static void check(double[] p, int size, String what) {
    double sum = Arrays.stream(p).sum();
    boolean negative = Arrays.stream(p).anyMatch(x -> !(x >= 0));
    if (p.length != size || negative || Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new IllegalArgumentException(
          "%s is no distribution over %d outcomes: %s".formatted(what, size, Arrays.toString(p)));
    }
  }

  /**
   * A random distribution, uniform on the simplex but for zeros.
   *
   * @param zeros probability of each entry to be zero
   * @param kept entry that is never zero
   */
  static double[] random(RandomStream random, int row, int size, double zeros, int kept) {
    double[] p = new double[size];
    for (int v = 0; v < size; v++) {
      long cell = (long) row * size + v;
      boolean zero = v != kept && random.uniform(cell, 1) < zeros;
      p[v] = zero ? 0 : -Math.log(1 - random.uniform(cell, 0));
    }
    scale(p);
    return p;
  }
}
