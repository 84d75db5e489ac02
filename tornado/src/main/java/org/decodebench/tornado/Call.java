package org.decodebench.tornado;

/**
 * Layout of the one array of integers that goes to the device with a forward. Scalars are compiled
 * into kernels, so whatever changes from call to call is in here: a header, then a record a row,
 * then the paths of tree nodes.
 */
final class Call {
  private Call() {}

  /** Rows to evaluate. */
  static final int ROWS = 0;

  /** Rows whose logits are wanted. */
  static final int WANTED = 1;

  /** Slots to move or copy, in records' {@link #FROM} and {@link #TO}. */
  static final int MOVES = 2;

  /** Rows of the cache's pool. */
  static final int POOL = 3;

  /** Best tokens to find of each wanted row. */
  static final int BEST = 4;

  static final int HEADER = 8;

  // A row's record; what is about slots is about rows of the pool.
  static final int TOKEN = 0;
  static final int POSITION = 1;

  /** Where the row's key and value go. */
  static final int WRITE = 2;

  /** Where slot 0 of the row's sequence is. */
  static final int BASE = 3;

  /** First key seen, by ordinal. */
  static final int START = 4;

  /** Ordinals below this are slots; those above are the nodes of {@link #PATH}. */
  static final int CONTIGUOUS = 5;

  /** Number of ordinals. */
  static final int END = 6;

  /** Index in the array of the slot of the path's first node. */
  static final int PATH = 7;

  /** Which row the i-th logits are of. */
  static final int OUTPUT = 8;

  static final int FROM = 0;
  static final int TO = 1;
  static final int RECORD = 9;

  /** Size of the array. */
  static int size(int rows, int paths) {
    return HEADER + rows * RECORD + paths;
  }
}
