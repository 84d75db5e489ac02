package org.decodebench.core.model;

import java.util.BitSet;
import org.decodebench.core.kernel.KeyValues;

/**
 * Keys and values of one sequence in all layers, and what is known of its positions: which are
 * committed, which above them hold something.
 */
final class KvCache {
  private final KeyValues[] layers;
  private final BitSet written;
  private int length;

  KvCache(ModelConfig config, int capacity) {
    layers = new KeyValues[config.layers()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new KeyValues(config.kvHeads(), config.headSize(), capacity);
    }
    written = new BitSet(capacity);
    // Sizes the set now, so that no forward has to.
    written.set(capacity);
    written.clear(capacity);
  }

  KeyValues layer(int layer) {
    return layers[layer];
  }

  /** Committed positions. */
  int length() {
    return length;
  }

  boolean isWritten(int position) {
    return written.get(position);
  }

  /** The first position at or after {@code from} that holds nothing. */
  int firstUnwritten(int from) {
    return written.nextClearBit(from);
  }

  void wrote(int from, int to) {
    written.set(from, to);
  }

  void commit(int to) {
    if (to < length) {
      throw new IllegalArgumentException(
          "commit to " + to + " shortens the committed length " + length);
    }
    if (firstUnwritten(length) < to) {
      throw new IllegalArgumentException(
          "commit to " + to + ", but position " + firstUnwritten(length) + " was never written");
    }
    length = to;
  }

  void truncate(int to) {
    if (to < 0) {
      throw new IllegalArgumentException("truncate to " + to);
    }
    written.clear(to, Math.max(to, written.length()));
    length = Math.min(length, to);
  }

  /** Moves the drafted nodes to the positions after the committed ones. */
  void commitPath(int[] nodes) {
    int prefix = length;
    int last = -1;
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] <= last || !isWritten(prefix + nodes[i])) {
        throw new IllegalArgumentException(
            "node " + nodes[i] + " of the path is out of order or was never evaluated");
      }
      last = nodes[i];
      if (nodes[i] != i) {
        for (KeyValues layer : layers) {
          layer.move(prefix + nodes[i], prefix + i);
        }
      }
    }
    commit(prefix + nodes.length);
    truncate(prefix + nodes.length);
  }

  /** Takes over the first {@code count} committed positions of another sequence. */
  void copy(KvCache from, int count) {
    if (count < 0 || count > from.length) {
      throw new IllegalArgumentException(
          "copy of " + count + " positions, " + from.length + " are committed");
    }
    if (from != this) {
      for (int i = 0; i < layers.length; i++) {
        layers[i].copy(from.layers[i], count);
      }
    }
    truncate(0);
    wrote(0, count);
    length = count;
  }
}
