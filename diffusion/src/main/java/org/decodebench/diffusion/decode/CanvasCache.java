package org.decodebench.diffusion.decode;

/**
 * Which part of a bidirectional canvas a forward evaluates, and so which keys and values it reads
 * from an earlier step. A network's keys and values of one position depend on the whole canvas, so
 * every kind but {@link Kind#NONE} is approximate.
 *
 * @param kind what is evaluated anew between refreshes
 * @param vicinity positions on either side of the window that {@link Kind#VICINITY} evaluates too
 * @param refresh the whole canvas is evaluated every so many steps of a window; 0 for only at its
 *     first one. 1 is no cache
 */
record CanvasCache(Kind kind, int vicinity, int refresh) {

  /** What is evaluated between refreshes. */
  enum Kind {
    /** The whole canvas in every step. */
    NONE,
    /** The window and all after it (prefix cache of Fast-dLLM, 2505.22618). */
    PREFIX,
    /** The window alone (dual cache, 2505.22618). */
    DUAL,
    /** The window and some positions around it (vicinity refresh of dInfer, 2510.08666). */
    VICINITY,
    /**
     * From the first to the last position that was still masked before the step: a placed token's
     * keys and values are kept one step after it was placed (dKV-Cache, 2505.15781; there without
     * the placed positions in between).
     */
    DELAYED
  }

  /** Positions {@code from…to-1}. */
  record Range(int from, int to) {}

  /**
   * @param step of the window, from 0
   * @param shift of the model: a window's first position is predicted by the one before it
   * @param open positions that were masked before the last step or are read now, ascending
   */
  Range range(Window window, int canvas, int step, int shift, int[] open) {
    boolean whole = kind == Kind.NONE || step == 0 || (refresh > 0 && step % refresh == 0);
    if (whole) {
      return new Range(0, canvas);
    }
    if (kind == Kind.DELAYED) {
      return new Range(Math.max(0, open[0] - shift), open[open.length - 1] + 1);
    }
    int around = kind == Kind.VICINITY ? vicinity : 0;
    int from = Math.max(0, window.from() - Math.max(shift, around));
    int to = kind == Kind.PREFIX ? canvas : Math.min(canvas, window.to() + around);
    return new Range(from, to);
  }
}
