package org.decodebench.core.kernel;

/**
 * Query rows of one sequence and what each sees: slots from {@code start} on, and then those of its
 * path (the ancestors in a drafted tree). Keys count in that order, by <em>ordinal</em>, so that a
 * node of a tree is computed exactly as the same position in a plain sequence. Fields are set
 * before the kernel is called; reused from layer to layer.
 */
public final class AttentionRows {
  /** Query heads that are computed together; every so many rows a block begins. */
  public static final int BLOCK = 4;

  private static final int[] NO_PATHS = {};

  KeyValues cache;
  float[] queries;
  int queryStride;
  float[] out;
  int outStride;
  int firstRow;
  int heads;
  float scale;

  private int rows;
  private int[] start = {};
  private int[] contiguous = {};
  private int[] end = {};
  private int[] paths = NO_PATHS;
  private int pathStride;

  /**
   * @param heads query heads
   * @param scale of the scores
   */
  public AttentionRows(int heads, float scale) {
    this.heads = heads;
    this.scale = scale;
  }

  /** Starts a new set of rows. */
  public void reset(int rows, int maxPath) {
    this.rows = rows;
    if (start.length < rows) {
      start = new int[rows];
      contiguous = new int[rows];
      end = new int[rows];
    }
    pathStride = maxPath;
    if (paths.length < rows * maxPath) {
      paths = new int[rows * maxPath];
    }
  }

  /** Row {@code row} sees slots {@code start…end-1}. */
  public void sees(int row, int start, int end) {
    sees(row, start, end, 0);
  }

  /**
   * Row {@code row} sees the ordinals from {@code start}: slots {@code 0…contiguous-1} have their
   * own number as ordinal, the {@code path} nodes of a tree follow.
   */
  public void sees(int row, int start, int contiguous, int path) {
    this.start[row] = start;
    this.contiguous[row] = contiguous;
    this.end[row] = contiguous + path;
  }

  /** Sets the slot of the path's {@code i}-th node, from the root. */
  public void path(int row, int i, int slot) {
    paths[row * pathStride + i] = slot;
  }

  /**
   * What the kernel reads and writes.
   *
   * @param firstRow where these rows begin in {@code queries} and {@code out}
   */
  public void bind(
      KeyValues cache, float[] queries, int queryStride, float[] out, int outStride, int firstRow) {
    this.cache = cache;
    this.queries = queries;
    this.queryStride = queryStride;
    this.out = out;
    this.outStride = outStride;
    this.firstRow = firstRow;
  }

  public int rows() {
    return rows;
  }

  /** Query heads that share a key/value head. */
  int group() {
    return heads / cache.heads();
  }

  /** Units of work: for each key/value head, blocks of (row, query head of the group). */
  public int blocks() {
    return block(rows);
  }

  /**
   * The first block of a row.
   *
   * @param row a multiple of {@link #BLOCK}, or the number of rows for the end of the last block
   */
  public int block(int row) {
    return (row * group() + BLOCK - 1) / BLOCK * cache.heads();
  }

  int start(int row) {
    return start[row];
  }

  int contiguous(int row) {
    return contiguous[row];
  }

  /** Number of ordinals, those before {@link #start} included. */
  int end(int row) {
    return end[row];
  }

  /** The slot of a key by its ordinal. */
  int slot(int row, int ordinal) {
    return ordinal < contiguous[row]
        ? ordinal
        : paths[row * pathStride + ordinal - contiguous[row]];
  }
}
