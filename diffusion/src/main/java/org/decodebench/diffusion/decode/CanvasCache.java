package org.decodebench.diffusion.decode;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

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
     * What was still masked before the last step: a placed token's keys and values are kept one
     * step after it was placed (dKV-Cache, 2505.15781).
     */
    DELAYED
  }

  /** Positions {@code from…to-1}. */
  record Range(int from, int to) {}

  /**
   * @param step of the window, from 0
   * @param shift of the model: a position is predicted by the one before it
   * @param open positions that were masked before the last step or are read now
   * @return in ascending order, with positions between them that are not evaluated
   */
  List<Range> ranges(Window window, int canvas, int step, int shift, BitSet open) {
    boolean whole = kind == Kind.NONE || step == 0 || (refresh > 0 && step % refresh == 0);
    if (whole) {
      return List.of(new Range(0, canvas));
    }
    if (kind == Kind.DELAYED) {
      return stretches(open, shift);
    }
    int around = kind == Kind.VICINITY ? vicinity : 0;
    int from = Math.max(0, window.from() - Math.max(shift, around));
    int to = kind == Kind.PREFIX ? canvas : Math.min(canvas, window.to() + around);
    return List.of(new Range(from, to));
  }

  /** The positions with, where the model is shifted, those that predict them. */
  private static List<Range> stretches(BitSet open, int shift) {
    BitSet evaluated = (BitSet) open.clone();
    if (shift > 0) {
      open.stream().filter(i -> i > 0).forEach(i -> evaluated.set(i - 1));
    }
    List<Range> stretches = new ArrayList<>();
    for (int from = evaluated.nextSetBit(0); from >= 0; ) {
      int to = evaluated.nextClearBit(from);
      stretches.add(new Range(from, to));
      from = evaluated.nextSetBit(to);
    }
    return stretches;
  }
}
