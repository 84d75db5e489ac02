package org.decodebench.core.kernel;

import org.decodebench.core.tensor.DType;

/**
 * Keys and values of one sequence in one layer, addressed by slot. Keys lie in panels of 64 slots,
 * {@code [kvHead][slot/64][headSize][64]}, because a score is a product with them as a {@link
 * Matrix} in panels is; values lie in rows, {@code [kvHead][slot][padded head]}. Stored as floats,
 * or in a shorter type from which a kernel expands a block at a time: what is read is what {@link
 * #store} rounded to, whoever reads it.
 */
public final class KeyValues {
  static final int PANEL = Matrix.PANEL;

  private final int heads;
  private final int headSize;
  private final int capacity;
  private final int valueSize;

  /** Floats; null where they are compact. */
  private final float[] keys;

  private final float[] values;
  private final CompactValues compactKeys;
  private final CompactValues compactValues;

  /** Floats. */
  public KeyValues(int heads, int headSize, int capacity) {
    this(heads, headSize, capacity, DType.F32);
  }

  /**
   * @param heads key/value heads
   * @param capacity most slots
   * @param type F32, F16, BF16 or Q8_0
   */
  public KeyValues(int heads, int headSize, int capacity, DType type) {
    this.heads = heads;
    this.headSize = headSize;
    this.capacity = (capacity + PANEL - 1) / PANEL * PANEL;
    this.valueSize = valueSize(headSize);
    int vectors = heads * this.capacity;
    int keyNumbers = Math.addExact(Matrix.LEAD, Math.multiplyExact(vectors, headSize));
    int valueNumbers = Math.addExact(Matrix.LEAD, Math.multiplyExact(vectors, valueSize));
    boolean plain = type == DType.F32;
    keys = plain ? new float[keyNumbers] : null;
    values = plain ? new float[valueNumbers] : null;
    compactKeys = plain ? null : CompactValues.of(type, keyNumbers, vectors * groups(headSize));
    compactValues =
        plain ? null : CompactValues.of(type, valueNumbers, vectors * groups(valueSize));
  }

  /** Floats of a value row: a whole number of the widest vectors. */
  static int valueSize(int headSize) {
    return (headSize + 15) & ~15;
  }

  private static int groups(int size) {
    return CompactValues.groups(size);
  }

  public int heads() {
    return heads;
  }

  public int headSize() {
    return headSize;
  }

  /** Bytes in memory. */
  public long memory() {
    return keys != null
        ? 4L * (keys.length + values.length)
        : compactKeys.memory() + compactValues.memory();
  }

  /** Index of component 0 of a slot's key; the next component is 64 further. */
  private int keyOffset(int head, int slot) {
    return Matrix.LEAD + (head * capacity + (slot & -PANEL)) * headSize + (slot & (PANEL - 1));
  }

  /** Index of the first scale of a slot's key; the next one is 64 further. */
  private int keyScale(int head, int slot) {
    return (head * capacity + (slot & -PANEL)) * groups(headSize) + (slot & (PANEL - 1));
  }

  /** Index of component 0 of a slot's value. */
  private int valueOffset(int head, int slot) {
    return Matrix.LEAD + (head * capacity + slot) * valueSize;
  }

  private int valueScale(int head, int slot) {
    return (head * capacity + slot) * groups(valueSize);
  }

  /**
   * An array with the panel of keys that begins at a slot, expanded into the workspace if need be.
   */
  float[] keyPanel(int head, int slot, Workspace w) {
    if (keys != null) {
      return keys;
    }
    float[] tile = w.cacheTile(headSize * PANEL);
    compactKeys.expandPanel(
        keyOffset(head, slot), headSize, keyScale(head, slot), w.cacheScales, tile);
    return tile;
  }

  /** Where the panel begins in {@link #keyPanel}. */
  int keyPanelStart(int head, int slot) {
    return keys != null ? keyOffset(head, slot) : 0;
  }

  /** A component of a key. */
  float key(int head, int slot, int component) {
    int at = keyOffset(head, slot) + component * PANEL;
    return keys != null
        ? keys[at]
        : compactKeys.get(at, keyScale(head, slot) + component / CompactValues.GROUP * PANEL);
  }

  /**
   * An array with the value rows of {@code count} slots, expanded into the workspace if need be.
   */
  float[] valueRows(int head, int slot, int count, Workspace w) {
    if (values != null) {
      return values;
    }
    float[] tile = w.cacheTile(count * valueSize);
    compactValues.expandRows(
        valueOffset(head, slot), count, valueSize, valueScale(head, slot), tile);
    return tile;
  }

  /** Where the rows begin in {@link #valueRows}. */
  int valueRowsStart(int head, int slot) {
    return values != null ? valueOffset(head, slot) : 0;
  }

  /** A component of a value. */
  float value(int head, int slot, int component) {
    int at = valueOffset(head, slot) + component;
    return values != null
        ? values[at]
        : compactValues.get(at, valueScale(head, slot) + component / CompactValues.GROUP);
  }

  /** Writes all heads of a slot from {@code key[keyOffset…]} and {@code value[valueOffset…]}. */
  public void store(int slot, float[] key, int keyOffset, float[] value, int valueOffset) {
    for (int head = 0; head < heads; head++) {
      int k = keyOffset(head, slot);
      int v = valueOffset(head, slot);
      int from = head * headSize;
      if (keys != null) {
        for (int i = 0; i < headSize; i++) {
          keys[k + i * PANEL] = key[keyOffset + from + i];
        }
        System.arraycopy(value, valueOffset + from, values, v, headSize);
      } else {
        compactKeys.write(key, keyOffset + from, headSize, k, PANEL, keyScale(head, slot), PANEL);
        compactValues.write(value, valueOffset + from, headSize, v, 1, valueScale(head, slot), 1);
      }
    }
  }

  /** Reads all heads of a slot, rounded as {@link #store} kept them. */
  public void load(int slot, float[] key, int keyOffset, float[] value, int valueOffset) {
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < headSize; i++) {
        key[keyOffset + head * headSize + i] = key(head, slot, i);
        value[valueOffset + head * headSize + i] = value(head, slot, i);
      }
    }
  }

  /** Copies a slot over another one; what was rounded once is not rounded again. */
  public void move(int from, int to) {
    float[] key = new float[heads * headSize];
    float[] value = new float[heads * headSize];
    load(from, key, 0, value, 0);
    store(to, key, 0, value, 0);
  }

  /** Copies the first {@code slots} slots of another sequence's cache of the same shape. */
  public void copy(KeyValues from, int slots) {
    int panels = (slots + PANEL - 1) & -PANEL;
    for (int head = 0; head < heads; head++) {
      int k = from.keyOffset(head, 0);
      int v = from.valueOffset(head, 0);
      if (keys != null) {
        System.arraycopy(from.keys, k, keys, keyOffset(head, 0), panels * headSize);
        System.arraycopy(from.values, v, values, valueOffset(head, 0), slots * valueSize);
      } else {
        compactKeys.copy(
            from.compactKeys,
            k,
            keyOffset(head, 0),
            panels * headSize,
            from.keyScale(head, 0),
            keyScale(head, 0),
            panels * groups(headSize));
        compactValues.copy(
            from.compactValues,
            v,
            valueOffset(head, 0),
            slots * valueSize,
            from.valueScale(head, 0),
            valueScale(head, 0),
            slots * groups(valueSize));
      }
    }
  }
}
