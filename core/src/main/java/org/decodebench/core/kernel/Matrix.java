package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;

/**
 * A weight matrix {@code [rows][columns]} in the form that one implementation of {@link Kernels}
 * computes on. Immutable.
 */
public abstract class Matrix {

  /** Rows are handed out to threads in multiples of this. */
  public static final int PANEL = 64;

  /**
   * Where the numbers of an array that is read in vectors begin: its header takes 16 bytes, so that
   * this is the first number in the second cache line of an array that begins with one. Measured
   * JVMs begin every array with one ({@code -XX:ObjectAlignmentInBytes=64}); in others this does no
   * harm.
   */
  static final int LEAD = 12;

  private final DType type;
  private final int rows;
  private final int columns;

  Matrix(DType type, int rows, int columns) {
    this.type = type;
    this.rows = rows;
    this.columns = columns;
  }

  public final DType type() {
    return type;
  }

  /** Outputs. */
  public final int rows() {
    return rows;
  }

  /** Inputs. */
  public final int columns() {
    return columns;
  }

  /** Number of panels, the last one possibly partial. */
  public final int panels() {
    return (rows + PANEL - 1) / PANEL;
  }

  /** Bytes of the values in their stored type, without padding. */
  public final long bytes() {
    return type.bytes((long) rows * columns);
  }

  /** Bytes that this matrix takes in memory. */
  public abstract long memory();

  /** Writes one row as floats: an embedding's lookup. */
  public abstract void row(int row, float[] out, int offset);
}
