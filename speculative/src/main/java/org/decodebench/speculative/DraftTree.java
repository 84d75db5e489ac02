package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.model.Logits;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.Sampler;

/**
 * A tree of tokens that grows after a text: children of a node are drawn without replacement from
 * the draft's distribution there, or at temperature 0 are its most probable tokens. Or it grows
 * where the draft is sure ({@link #growSurest}).
 */
final class DraftTree {
  private final Seat seat;
  private final Sampler sampler;
  private final boolean greedy;
  private final List<Integer> tokens = new ArrayList<>();
  private final List<Integer> parents = new ArrayList<>();
  private final List<double[]> proposals = new ArrayList<>();

  /** By node: the draft's probability of the path to it, where that decides; else 0. */
  private final List<Double> confidences = new ArrayList<>();

  /**
   * @param greedy whether the temperature is 0
   */
  DraftTree(Seat seat, Sampler sampler, boolean greedy) {
    this.seat = seat;
    this.sampler = sampler;
    this.greedy = greedy;
  }

  int size() {
    return tokens.size();
  }

  int parent(int node) {
    return parents.get(node);
  }

  int token(int node) {
    return tokens.get(node);
  }

  /**
   * Adds children of a node.
   *
   * @param leaf a node, or -1 for the text's last token
   * @param row of the logits that follow it
   */
  void grow(int leaf, Logits logits, int row, int count) {
    if (greedy) {
      for (int token : largest(logits, row, count)) {
        add(token, leaf, null, 0);
      }
      return;
    }
    int[] path = path(leaf);
    double[] q = new double[logits.vocab()];
    History history = new History(path, path.length, seat.text().prompt());
    sampler.distribution(logits.values(row), logits.offset(row), history, q);
    for (int c = 0; c < count && q != null; c++) {
      double u = seat.text().uniform(path.length, Verifier.draw(c));
      int token = Distributions.sample(q, u);
      add(token, leaf, q, 0);
      q = c + 1 < count ? without(q, token) : null;
    }
  }

  /**
   * Adds a node's most probable children with the probability of the path to them. They are chosen
   * without chance at any temperature, so that keeping some and leaving others out is no bias.
   *
   * @param leaf a node, or -1 for the text's last token
   * @param row of the logits that follow it
   */
  void growSurest(int leaf, Logits logits, int row, int count) {
    double[] p = new double[logits.vocab()];
    if (greedy) {
      Distributions.softmax(logits.values(row), logits.offset(row), p);
    } else {
      int[] path = path(leaf);
      History history = new History(path, path.length, seat.text().prompt());
      sampler.distribution(logits.values(row), logits.offset(row), history, p);
    }
    double before = leaf < 0 ? 1 : confidences.get(leaf);
    for (int c = 0; c < count; c++) {
      int token = Distributions.argmax(p);
      if (p[token] <= 0) {
        return;
      }
      add(token, leaf, null, before * p[token]);
      p[token] = 0;
    }
  }

  private void add(int token, int parent, double[] q, double confidence) {
    tokens.add(token);
    parents.add(parent);
    proposals.add(q);
    confidences.add(confidence);
  }

  /** The surest of the nodes from {@code from} on, at most {@code count}, in their order. */
  int[] surest(int from, int count) {
    return IntStream.range(from, size())
        .boxed()
        .sorted(Comparator.comparing(confidences::get).reversed())
        .limit(count)
        .mapToInt(Integer::intValue)
        .sorted()
        .toArray();
  }

  /** The draft of the surest nodes: a node is never less sure than its children, so it is whole. */
  Draft surest(int count) {
    int[] kept = surest(0, count);
    int[] keptParents = new int[kept.length];
    for (int i = 0; i < kept.length; i++) {
      int parent = parent(kept[i]);
      keptParents[i] = parent < 0 ? -1 : Arrays.binarySearch(kept, parent);
    }
    int[] keptTokens = Arrays.stream(kept).map(this::token).toArray();
    return new Draft(keptTokens, keptParents, new double[kept.length][]);
  }

  /** The text and the tokens down to a node. */
  private int[] path(int node) {
    List<Integer> reversed = new ArrayList<>();
    for (int j = node; j >= 0; j = parents.get(j)) {
      reversed.add(tokens.get(j));
    }
    return seat.text().with(ints(reversed.reversed()), reversed.size());
  }

  /** The child of a node with this token, or -1. */
  int child(int parent, int token) {
    for (int j = Math.max(0, parent); j < tokens.size(); j++) {
      if (parents.get(j) == parent && tokens.get(j) == token) {
        return j;
      }
    }
    return -1;
  }

  Draft draft() {
    return new Draft(ints(tokens), ints(parents), proposals.toArray(double[][]::new));
  }

  /** q given that it is not this token; null if nothing else is possible. */
  private static double[] without(double[] q, int token) {
    double rest = 0;
    for (int v = 0; v < q.length; v++) {
      rest += v == token ? 0 : q[v];
    }
    if (rest <= 0) {
      return null;
    }
    double[] others = new double[q.length];
    for (int v = 0; v < q.length; v++) {
      others[v] = v == token ? 0 : q[v] / rest;
    }
    return others;
  }

  /** The tokens with the largest logits, the lowest id first among equals. */
  private static int[] largest(Logits logits, int row, int count) {
    int[] best = new int[Math.clamp(count, 0, logits.vocab())];
    if (best.length == 1) {
      best[0] = logits.argmax(row);
      return best;
    }
    float[] values =
        Arrays.copyOfRange(
            logits.values(row), logits.offset(row), logits.offset(row) + logits.vocab());
    for (int i = 0; i < best.length; i++) {
      best[i] = Distributions.argmax(values, 0, values.length);
      values[best[i]] = Float.NEGATIVE_INFINITY;
    }
    return best;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
