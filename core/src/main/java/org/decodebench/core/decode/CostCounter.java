package org.decodebench.core.decode;

import java.util.HashMap;
import java.util.Map;

/**
 * Adds up what the forwards of one model cost. Filled by {@link MeteredModel}, so that no decoder
 * can forget a pass. Not thread-safe, like the sessions that fill it.
 */
public final class CostCounter {
  private Cost total = Cost.ZERO;
  private final Map<Long, Cost> byWidth = new HashMap<>();

  void add(Cost forward) {
    total = total.plus(forward);
    byWidth.merge(forward.positions(), forward, Cost::plus);
  }

  /**
   * Everything since the counter was made; the cost of one decode is a difference of two totals.
   */
  public Cost total() {
    return total;
  }

  /** The total of the forwards over each number of positions, as {@link #total}. */
  public Map<Long, Cost> byWidth() {
    return Map.copyOf(byWidth);
  }
}
