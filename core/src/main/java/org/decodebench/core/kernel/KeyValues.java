package org.decodebench.core.kernel;

/**
 * Keys and values of one sequence in one layer, addressed by slot. Keys lie in panels of 64 slots,
 * {@code [kvHead][slot/64][headSize][64]}, because a score is a product with them as a {@link
 * Matrix} in panels is; values lie in rows, {@code [kvHead][slot][padded head]}.
 */
public final class KeyValues {
  static final int PANEL = Matrix.PANEL;

  private final int heads;
  private final int headSize;
  private final int capacity;
  private final int valueSize;
  final float[] keys;
  final float[] values;

  /**
   * @param heads key/value heads
   * @param capacity most slots
   */
  public KeyValues(int heads, int headSize, int capacity) {
    this.heads = heads;
    this.headSize = headSize;
    this.capacity = (capacity + PANEL - 1) / PANEL * PANEL;
    this.valueSize = valueSize(headSize);
    this.keys = new float[Math.multiplyExact(heads * this.capacity, headSize)];
    this.values = new float[Math.multiplyExact(heads * this.capacity, valueSize)];
  }

  /** Floats of a value row: a whole number of the widest vectors. */
  static int valueSize(int headSize) {
    return (headSize + 15) & ~15;
  }

  public int heads() {
    return heads;
  }

  public int headSize() {
    return headSize;
  }

  /** Bytes in memory. */
  public long memory() {
    return 4L * (keys.length + values.length);
  }

  /** Index in {@link #keys} of component 0 of a slot; the next component is 64 further. */
  int keyOffset(int head, int slot) {
    return (head * capacity + (slot & -PANEL)) * headSize + (slot & (PANEL - 1));
  }

  /** Index in {@link #values} of component 0 of a slot. */
  int valueOffset(int head, int slot) {
    return (head * capacity + slot) * valueSize;
  }

  /** Writes all heads of a slot from {@code key[keyOffset…]} and {@code value[valueOffset…]}. */
  public void store(int slot, float[] key, int keyOffset, float[] value, int valueOffset) {
    for (int head = 0; head < heads; head++) {
      int k = keyOffset(head, slot);
      for (int i = 0; i < headSize; i++) {
        keys[k + i * PANEL] = key[keyOffset + head * headSize + i];
      }
      System.arraycopy(
          value, valueOffset + head * headSize, values, valueOffset(head, slot), headSize);
    }
  }

  /** Reads all heads of a slot, as {@link #store} wrote them. */
  public void load(int slot, float[] key, int keyOffset, float[] value, int valueOffset) {
    for (int head = 0; head < heads; head++) {
      int k = keyOffset(head, slot);
      for (int i = 0; i < headSize; i++) {
        key[keyOffset + head * headSize + i] = keys[k + i * PANEL];
      }
      System.arraycopy(
          values, valueOffset(head, slot), value, valueOffset + head * headSize, headSize);
    }
  }

  /** Copies a slot over another one. */
  public void move(int from, int to) {
    for (int head = 0; head < heads; head++) {
      int source = keyOffset(head, from);
      int target = keyOffset(head, to);
      for (int i = 0; i < headSize * PANEL; i += PANEL) {
        keys[target + i] = keys[source + i];
      }
      System.arraycopy(values, valueOffset(head, from), values, valueOffset(head, to), headSize);
    }
  }

  /** Copies the first {@code slots} slots of another sequence's cache of the same shape. */
  public void copy(KeyValues from, int slots) {
    int panels = (slots + PANEL - 1) & -PANEL;
    for (int head = 0; head < heads; head++) {
      System.arraycopy(
          from.keys, from.keyOffset(head, 0), keys, keyOffset(head, 0), panels * headSize);
      System.arraycopy(
          from.values, from.valueOffset(head, 0), values, valueOffset(head, 0), slots * valueSize);
    }
  }
}
