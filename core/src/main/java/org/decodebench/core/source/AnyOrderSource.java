package org.decodebench.core.source;

/**
 * A source that also knows its conditionals given any set of observed positions of a canvas of
 * fixed length.
 */
public interface AnyOrderSource extends Source {

  /** Marks an unobserved position of a canvas. */
  int UNKNOWN = -1;

  /**
   * Exact marginal of every position given the observed ones: {@code out[i][v] = p(x_i = v |
   * observed)}. An observed position gets all mass on its token; an impossible observation gives
   * all-zero rows.
   *
   * @param canvas token ids, {@link #UNKNOWN} where not observed
   * @param out {@code [canvas.length][vocabSize]}
   */
  void conditionals(int[] canvas, double[][] out);
}
