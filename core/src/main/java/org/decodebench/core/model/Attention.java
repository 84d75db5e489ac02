package org.decodebench.core.model;

/**
 * Which keys a query row may see. Keys are addressed by position, so a row sees the first {@link
 * #visible} positions of its sequence; {@link Tree} alone masks some of them out.
 *
 * <p>The kinds that look ahead carry the length of the canvas, because a forward may evaluate only
 * a part of it and read the rest from the cache (prefix and dual caches, 2505.22618).
 */
public sealed interface Attention {

  /**
   * The number of keys, from position 0, that the query at {@code position} may see (exclusive
   * end).
   */
  int visible(int position);

  /** Keys 0…position. */
  record Causal() implements Attention {
    @Override
    public int visible(int position) {
      return position + 1;
    }
  }

  /** All keys of a canvas of {@code length} positions. */
  record Bidirectional(int length) implements Attention {
    @Override
    public int visible(int position) {
      return length;
    }
  }

  /**
   * All blocks up to and including the query's own, cut at the end of the canvas (BD3-LM,
   * 2503.09573). Blocks are aligned to position 0, so a prompt may end inside a block.
   */
  record BlockCausal(int block, int length) implements Attention {
    public BlockCausal {
      if (block < 1) {
        throw new IllegalArgumentException("block must be >= 1, is " + block);
      }
    }

    @Override
    public int visible(int position) {
      return Math.min((position / block + 1) * block, length);
    }
  }

  /**
   * A token tree after a committed prefix (2305.09781). Node {@code j} is written at cache slot
   * {@code prefix + j} but stands at text position {@code prefix + depth(j)}; it sees the prefix,
   * its ancestors and itself.
   *
   * @param prefix number of committed positions
   * @param parents for each node the index of its parent among the nodes, or -1 for a child of the
   *     prefix's last token; parents come before their children
   */
  record Tree(int prefix, int[] parents) implements Attention {
    public Tree {
      for (int j = 0; j < parents.length; j++) {
        if (parents[j] < -1 || parents[j] >= j) {
          throw new IllegalArgumentException("node " + j + " has parent " + parents[j]);
        }
      }
    }

    /** An upper end; {@link #sees} says which of the drafted nodes are really seen. */
    @Override
    public int visible(int slot) {
      return slot + 1;
    }

    /** Whether node {@code query} sees node {@code key}: itself and its ancestors. */
    public boolean sees(int query, int key) {
      int node = query;
      while (node > key) {
        node = parents[node];
      }
      return node == key;
    }

    /**
     * Number of steps from the prefix's last token, minus one: children of the prefix have depth 0.
     */
    public int depth(int node) {
      int depth = 0;
      for (int j = parents[node]; j >= 0; j = parents[j]) {
        depth++;
      }
      return depth;
    }
  }

  Attention CAUSAL = new Causal();
}
