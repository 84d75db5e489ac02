package org.decodebench.speculative;

import java.util.Arrays;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;

/**
 * The shape of a drafted tree: fixed, or grown where the draft is sure of itself (EAGLE-2,
 * 2406.16858): of each depth the few most probable paths go on, and of all tokens drafted the most
 * probable are kept.
 *
 * @param branches children of each node, by depth
 * @param beam nodes of a depth that are grown on; 0 for all
 * @param nodes kept of the whole tree; 0 for all
 */
record TreeShape(int[] branches, int beam, int nodes) {
  private static final int MOST_NODES = 512;

  static final Setting TREE =
      new Setting("tree", "", "draft a tree with so many children by depth, for example 4x2x1");

  static final Setting NODES =
      new Setting(
          "nodes", "0", "draft a tree k deep of the most probable tokens, so many (EAGLE-2)");

  static final Setting BEAM =
      new Setting("beam", "4", "with nodes: paths that are grown at each depth");

  /** A fixed number of children by depth. */
  static TreeShape of(int... branches) {
    return new TreeShape(branches, 0, 0);
  }

  /** Whether settings ask for a tree at all. */
  static boolean isAsked(Settings settings) {
    return !settings.text("tree").isEmpty() || settings.integer("nodes", 0, MOST_NODES) > 0;
  }

  /** The tree that is asked for, or a chain of k tokens. */
  static TreeShape parse(Settings settings) {
    int nodes = settings.integer("nodes", 0, MOST_NODES);
    if (nodes > 0) {
      if (!settings.text("tree").isEmpty()) {
        throw settings.bad("nodes", "0 where tree= fixes the shape");
      }
      int beam = settings.integer("beam", 1, 64);
      int[] branches = new int[settings.integer("k", 1, 32)];
      Arrays.fill(branches, beam);
      return new TreeShape(branches, beam, nodes);
    }
    return settings.text("tree").isEmpty()
        ? chain(settings.integer("k", 1, MOST_NODES))
        : of(fixed(settings));
  }

  /** As {@link #parse}, for drafters whose trees have a fixed shape. */
  static int[] parseFixed(Settings settings) {
    return settings.text("tree").isEmpty()
        ? chain(settings.integer("k", 1, MOST_NODES)).branches
        : fixed(settings);
  }

  private static TreeShape chain(int k) {
    int[] chain = new int[k];
    Arrays.fill(chain, 1);
    return of(chain);
  }

  private static int[] fixed(Settings settings) {
    if (!settings.text("tree").matches("[1-9][0-9]?(x[1-9][0-9]?){0,31}")) {
      throw settings.bad("tree", "numbers of children by depth, for example 4x2x1");
    }
    int[] branches =
        Arrays.stream(settings.text("tree").split("x")).mapToInt(Integer::parseInt).toArray();
    long level = 1;
    long nodes = 0;
    for (int branch : branches) {
      level *= branch;
      nodes += level;
    }
    if (nodes > MOST_NODES) {
      throw settings.bad("tree", "a tree of at most " + MOST_NODES + " tokens");
    }
    return branches;
  }

  int depth() {
    return branches.length;
  }

  /** Whether the draft's own confidence decides. */
  boolean byConfidence() {
    return nodes > 0;
  }

  /** Tokens beside the text that a session must have room for. */
  int room() {
    return byConfidence() ? Math.max(nodes, beam * (depth() - 1)) : size(branches);
  }

  /** Tokens of a whole tree. */
  static int size(int[] branches) {
    int nodes = 0;
    int level = 1;
    for (int branch : branches) {
      level *= branch;
      nodes += level;
    }
    return nodes;
  }
}
