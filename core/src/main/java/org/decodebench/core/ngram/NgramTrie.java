package org.decodebench.core.ngram;

import java.util.Arrays;

/**
 * All n-grams of a text up to an order. A node is an n-gram; its children are the n-grams that
 * continue it by one token, its suffix is the n-gram without its first token.
 */
final class NgramTrie {
  static final int ROOT = 0;
  private static final int NONE = -1;

  private final int vocab;
  private long[] keys = new long[1 << 10];
  private int[] values = new int[1 << 10];
  private int size = 1;
  private int[] token = new int[1 << 8];
  private int[] suffix = new int[1 << 8];
  private int[] count = new int[1 << 8];
  private int[] firstChild = new int[1 << 8];
  private int[] sibling = new int[1 << 8];

  NgramTrie(int vocab) {
    this.vocab = vocab;
    firstChild[ROOT] = NONE;
    suffix[ROOT] = ROOT;
  }

  /** Counts every n-gram of a text up to this order. */
  void add(int[] text, int order) {
    // By length first, so that an n-gram's suffix is there before it.
    int[] nodes = new int[text.length];
    for (int length = 1; length <= order; length++) {
      for (int start = 0; start + length <= text.length; start++) {
        int node = childOrNew(nodes[start], text[start + length - 1]);
        nodes[start] = node;
        count[node]++;
      }
    }
  }

  /** Number of nodes, the root included. */
  int size() {
    return size;
  }

  int token(int node) {
    return token[node];
  }

  int suffix(int node) {
    return suffix[node];
  }

  int count(int node) {
    return count[node];
  }

  /** -1 for none. */
  int firstChild(int node) {
    return firstChild[node];
  }

  /** The next child of the same parent, -1 for none. */
  int sibling(int node) {
    return sibling[node];
  }

  /** -1 where the n-gram does not go on with this token. */
  int child(int node, int next) {
    int slot = slot(key(node, next));
    return keys[slot] == 0 ? NONE : values[slot];
  }

  private int childOrNew(int node, int next) {
    int known = child(node, next);
    if (known >= 0) {
      return known;
    }
    int parentSuffix = node == ROOT ? NONE : suffix[node];
    int added = size++;
    if (added == token.length) {
      grow();
    }
    token[added] = next;
    suffix[added] = parentSuffix == NONE ? ROOT : child(parentSuffix, next);
    firstChild[added] = NONE;
    sibling[added] = firstChild[node];
    firstChild[node] = added;
    put(key(node, next), added);
    return added;
  }

  private void grow() {
    int to = token.length * 2;
    token = Arrays.copyOf(token, to);
    suffix = Arrays.copyOf(suffix, to);
    count = Arrays.copyOf(count, to);
    firstChild = Arrays.copyOf(firstChild, to);
    sibling = Arrays.copyOf(sibling, to);
  }

  /** Never 0, which marks a free slot. */
  private long key(int node, int next) {
    return (long) node * vocab + next + 1;
  }

  private int slot(long key) {
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & (keys.length - 1);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  private void put(long key, int value) {
    if (size * 2L > keys.length) {
      long[] oldKeys = keys;
      int[] oldValues = values;
      keys = new long[oldKeys.length * 2];
      values = new int[keys.length];
      for (int i = 0; i < oldKeys.length; i++) {
        if (oldKeys[i] != 0) {
          int slot = slot(oldKeys[i]);
          keys[slot] = oldKeys[i];
          values[slot] = oldValues[i];
        }
      }
    }
    int slot = slot(key);
    keys[slot] = key;
    values[slot] = value;
  }
}
