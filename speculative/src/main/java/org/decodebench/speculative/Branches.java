package org.decodebench.speculative;

import java.util.Arrays;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;

/** The shape of a drafted tree: numbers of children by depth, written {@code 4x2x1}. */
final class Branches {
  private static final int MOST_NODES = 512;

  static final Setting SETTING =
      new Setting("tree", "", "draft a tree with so many children by depth, for example 4x2x1");

  private Branches() {}

  /** The tree that is asked for, or a chain of k tokens. */
  static int[] parseOrChain(Settings settings) {
    if (settings.text("tree").isEmpty()) {
      int[] chain = new int[settings.integer("k", 1, MOST_NODES)];
      Arrays.fill(chain, 1);
      return chain;
    }
    return parse(settings);
  }

  static int[] parse(Settings settings) {
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

  /** Tokens of a whole tree. */
  static int nodes(int[] branches) {
    int nodes = 0;
    int level = 1;
    for (int branch : branches) {
      level *= branch;
      nodes += level;
    }
    return nodes;
  }
}
