package org.decodebench.core.model;

/**
 * Logits of the rows asked for, in the order of the runs and of their {@code rows}: {@code
 * [rows][vocab]}, row-major. The array belongs to the session and holds until its next forward.
 *
 * @param values at least {@code rows * vocab} values
 */
public record Logits(float[] values, int rows, int vocab) {

  /** Index in {@link #values} of the first logit of a row. */
  public int offset(int row) {
    return row * vocab;
  }

  public float get(int row, int token) {
    return values[row * vocab + token];
  }
}
