package org.decodebench.reports.jmh;

/**
 * Checks made before anything is timed: a kernel that is fast because it computes something else
 * must not get a number.
 */
final class Agreement {
  private Agreement() {}

  /**
   * @param expected in double precision
   * @param magnitude sum of the absolute terms of each value
   * @param terms of the longest sum: the error of a sum in floats grows with both
   * @throws IllegalStateException if a value is further off than its sum's error explains
   */
  static void within(
      String what, float[] actual, double[] expected, double[] magnitude, int terms) {
    for (int i = 0; i < expected.length; i++) {
      double bound = terms * Math.ulp(1f) * magnitude[i] + Float.MIN_NORMAL;
      if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
        throw new IllegalStateException(
            "%s: value %d is %s, the formula gives %s (bound %.1e)"
                .formatted(what, i, actual[i], expected[i], bound));
      }
    }
  }

  /**
   * Two implementations of the same formula.
   *
   * @param tolerance relative to the largest value
   */
  static void close(String what, float[] a, float[] b, double tolerance) {
    float largest = Float.MIN_NORMAL;
    for (float value : b) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < b.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= tolerance * largest)) {
        throw new IllegalStateException(
            "%s: value %d is %s in one and %s in the other".formatted(what, i, a[i], b[i]));
      }
    }
  }

  /** Bit for bit. */
  static void same(String what, int[] a, int[] b) {
    if (!java.util.Arrays.equals(a, b)) {
      throw new IllegalStateException(what + " disagree");
    }
  }
}
