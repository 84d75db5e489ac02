package org.decodebench.tornado;

import java.util.TreeMap;

/** Hands out runs of neighbouring rows of the cache. First fit. */
final class RowPool {
  /** Sizes of what is taken, by first row. */
  private final TreeMap<Integer, Integer> taken = new TreeMap<>();

  /** The first row of {@code rows} free ones below {@code limit}, or -1. */
  int take(int rows, int limit) {
    int at = 0;
    for (var lease : taken.entrySet()) {
      if (lease.getKey() - at >= rows) {
        break;
      }
      at = lease.getKey() + lease.getValue();
    }
    if (limit - at < rows) {
      return -1;
    }
    taken.put(at, rows);
    return at;
  }

  void free(int first) {
    taken.remove(first);
  }

  /** The end of the last row taken. */
  int end() {
    return taken.isEmpty() ? 0 : taken.lastKey() + taken.lastEntry().getValue();
  }
}
