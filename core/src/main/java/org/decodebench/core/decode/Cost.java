package org.decodebench.core.decode;

/**
 * What a decode spent on one model.
 *
 * @param forwards calls of {@code forward}: prefill, draft, commit and rejected passes included
 * @param positions positions evaluated, over all sequences
 * @param rows rows of logits computed
 * @param bytes that had to be read: weights once a forward, and the visible cache
 * @param flops multiply-adds × 2, counted from shapes
 */
public record Cost(long forwards, long positions, long rows, long bytes, long flops) {

  public static final Cost ZERO = new Cost(0, 0, 0, 0, 0);

  public Cost plus(Cost c) {
    return new Cost(
        forwards + c.forwards,
        positions + c.positions,
        rows + c.rows,
        bytes + c.bytes,
        flops + c.flops);
  }

  public Cost minus(Cost c) {
    return new Cost(
        forwards - c.forwards,
        positions - c.positions,
        rows - c.rows,
        bytes - c.bytes,
        flops - c.flops);
  }
}
