package org.decodebench.speculative;

import java.util.Arrays;

/**
 * Tokens proposed to follow a text: a chain or a tree.
 *
 * @param tokens of the nodes
 * @param parents for each node the index of its parent, or -1 for a node that follows the text's
 *     last token; parents come before their children
 * @param proposals for each node the distribution that it was drawn from, given its elder siblings
 *     (children of the same parent with smaller index); null where the node was chosen without
 *     chance, which is a distribution with all mass on it
 */
record Draft(int[] tokens, int[] parents, double[][] proposals) {

  static final Draft EMPTY = new Draft(new int[0], new int[0], new double[0][]);

  /** One token after the other. */
  static Draft chain(int[] tokens, double[][] proposals) {
    int[] parents = new int[tokens.length];
    for (int j = 0; j < parents.length; j++) {
      parents[j] = j - 1;
    }
    return new Draft(tokens, parents, proposals);
  }

  /** A chain that was chosen without chance. */
  static Draft chain(int[] tokens) {
    return chain(tokens, new double[tokens.length][]);
  }

  int size() {
    return tokens.length;
  }

  boolean isChain() {
    for (int j = 0; j < parents.length; j++) {
      if (parents[j] != j - 1) {
        return false;
      }
    }
    return true;
  }

  /** Steps from the text's last token to a node, minus one. */
  int depth(int node) {
    int depth = 0;
    for (int j = parents[node]; j >= 0; j = parents[j]) {
      depth++;
    }
    return depth;
  }

  /** Tokens on the longest path. */
  int maxDepth() {
    int most = 0;
    for (int node = 0; node < size(); node++) {
      most = Math.max(most, depth(node) + 1);
    }
    return most;
  }

  /** The children of a node (-1: of the text's last token), eldest first. */
  int[] children(int node) {
    int[] children = new int[parents.length];
    int count = 0;
    for (int j = Math.max(0, node); j < parents.length; j++) {
      if (parents[j] == node) {
        children[count++] = j;
      }
    }
    return Arrays.copyOf(children, count);
  }
}
