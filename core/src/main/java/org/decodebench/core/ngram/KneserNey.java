package org.decodebench.core.ngram;

import java.util.Arrays;
import java.util.List;

/**
 * Interpolated Kneser–Ney smoothing (Kneser and Ney 1995; Chen and Goodman 1999). Each order
 * discounts its counts by a constant and gives what it saved to the order below, whose counts say
 * not how often but after how many different tokens an n-gram occurs:
 *
 * <pre>
 * p(w | h) = max(a(hw) − D, 0) / a(h) + D · types(h) / a(h) · p(w | h without its first token)
 * </pre>
 *
 * with a the number of occurrences in the highest order and for n-grams that begin a text, else the
 * number of different tokens before the n-gram; D = n₁ / (n₁ + 2 n₂) from the numbers of n-grams of
 * that order with a = 1 and 2. Below the unigrams is the uniform distribution.
 */
final class KneserNey {
  private final NgramTrie trie;
  private final int vocab;
  private final int order;

  /** Token that only begins texts and is never predicted, or -1. */
  private final int begin;

  private final int[] adjusted;
  private final double[] discount;

  /** By context: sum and number of the adjusted counts of what follows. */
  private final int[] total;

  private final int[] types;

  KneserNey(List<int[]> texts, int order, int vocab, int begin) {
    this.vocab = vocab;
    this.order = order;
    this.begin = begin;
    trie = new NgramTrie(vocab);
    for (int[] text : texts) {
      trie.add(text, order);
    }
    adjusted = new int[trie.size()];
    total = new int[trie.size()];
    types = new int[trie.size()];
    discount = new double[order + 1];
    adjust();
  }

  private void adjust() {
    int[] before = new int[trie.size()];
    for (int node = 1; node < trie.size(); node++) {
      before[trie.suffix(node)]++;
    }
    long[] ones = new long[order + 1];
    long[] twos = new long[order + 1];
    sum(NgramTrie.ROOT, 0, false, before, ones, twos);
    for (int length = 1; length <= order; length++) {
      boolean known = ones[length] > 0 && twos[length] > 0;
      discount[length] = known ? (double) ones[length] / (ones[length] + 2 * twos[length]) : 0.5;
    }
  }

  private void sum(
      int context, int length, boolean atBegin, int[] before, long[] ones, long[] twos) {
    for (int child = trie.firstChild(context); child >= 0; child = trie.sibling(child)) {
      boolean childAtBegin = length == 0 ? trie.token(child) == begin : atBegin;
      boolean predicted = trie.token(child) != begin;
      int a = length + 1 == order || childAtBegin ? trie.count(child) : before[child];
      if (predicted && a > 0) {
        adjusted[child] = a;
        total[context] += a;
        types[context]++;
        ones[length + 1] += a == 1 ? 1 : 0;
        twos[length + 1] += a == 2 ? 1 : 0;
      }
      sum(child, length + 1, childAtBegin, before, ones, twos);
    }
  }

  /** Number of n-grams kept, of all orders. */
  int size() {
    return trie.size() - 1;
  }

  /**
   * All of a context that matters: its longest end that was seen, of at most {@code order - 1}
   * tokens.
   */
  int state(int[] context) {
    int state = NgramTrie.ROOT;
    for (int length = 1; length < order && length <= context.length; length++) {
      int node = find(context, length);
      if (node < 0) {
        return state;
      }
      state = node;
    }
    return state;
  }

  /**
   * @param state of the context
   * @param out {@code [vocab]}, sums to one
   */
  void next(int state, double[] out) {
    Arrays.fill(out, 1.0 / (vocab - (begin < 0 ? 0 : 1)));
    if (begin >= 0) {
      out[begin] = 0;
    }
    int[] longestFirst = new int[order];
    int count = 0;
    for (int node = state; node != NgramTrie.ROOT; node = trie.suffix(node)) {
      longestFirst[count++] = node;
    }
    longestFirst[count++] = NgramTrie.ROOT;
    for (int length = 0; length < count; length++) {
      int node = longestFirst[count - 1 - length];
      if (total[node] > 0) {
        refine(node, discount[length + 1], out);
      }
    }
  }

  private void refine(int context, double discounted, double[] out) {
    double saved = discounted * types[context] / total[context];
    for (int v = 0; v < vocab; v++) {
      out[v] *= saved;
    }
    for (int child = trie.firstChild(context); child >= 0; child = trie.sibling(child)) {
      if (adjusted[child] > 0) {
        out[trie.token(child)] += (adjusted[child] - discounted) / total[context];
      }
    }
  }

  /** The node of the last {@code length} tokens, or -1. */
  private int find(int[] context, int length) {
    int node = NgramTrie.ROOT;
    for (int i = context.length - length; i < context.length && node >= 0; i++) {
      node = trie.child(node, context[i]);
    }
    return node;
  }
}
