package org.decodebench.core.decode;

/**
 * Adds up what the forwards of one model cost. Filled by {@link MeteredModel}, so that no decoder
 * can forget a pass. Not thread-safe, like the sessions that fill it.
 */
public final class CostCounter {
  private Cost total = Cost.ZERO;

  void add(Cost forward) {
    total = total.plus(forward);
  }

  /**
   * Everything since the counter was made; the cost of one decode is a difference of two totals.
   */
  public Cost total() {
    return total;
  }
}
