package org.decodebench.core.tokenizer;

import java.util.PriorityQueue;

/**
 * The loop that BPE and SentencePiece share: a word is cut into characters, then the best pair of
 * neighbours is joined until no pair can be. "Best" is a priority (lower first); of equals the
 * leftmost. Takes n log n steps for n characters.
 */
final class MergeQueue {

  /** What a pair is worth. */
  @FunctionalInterface
  interface Priority {
    double NONE = Double.NaN;

    /** Priority of joining {@code [start, middle)} and {@code [middle, end)}, or {@link #NONE}. */
    double of(String word, int start, int middle, int end);
  }

  /** Receives the pieces that remain, in order. */
  @FunctionalInterface
  interface Sink {
    void piece(int start, int end);
  }

  private record Pair(double priority, int left, int right, int end) {}

  private final String word;
  private final Priority priority;
  private final int[] ends;
  private final int[] next;
  private final int[] previous;
  private final PriorityQueue<Pair> queue =
      new PriorityQueue<>((a, b) -> {
        int order = Double.compare(a.priority(), b.priority());
        return order != 0 ? order : Integer.compare(a.left(), b.left());
      });

  private MergeQueue(String word, Priority priority) {
    this.word = word;
    this.priority = priority;
    int n = word.length();
    this.ends = new int[n];
    this.next = new int[n];
    this.previous = new int[n];
  }

  /** Joins pairs of a non-empty word and hands over what remains. */
  static void run(String word, Priority priority, Sink sink) {
    MergeQueue merge = new MergeQueue(word, priority);
    merge.cut();
    merge.join();
    for (int at = 0; at < word.length(); at = merge.ends[at]) {
      sink.piece(at, merge.ends[at]);
    }
  }

  /** A piece is known by where it starts; one that was joined to its left has no end any more. */
  private void cut() {
    int n = word.length();
    int before = -1;
    for (int at = 0; at < n; ) {
      int end = at + Character.charCount(word.codePointAt(at));
      ends[at] = end;
      next[at] = end < n ? end : -1;
      previous[at] = before;
      before = at;
      at = end;
    }
    for (int at = 0; at >= 0; at = next[at]) {
      offer(at, next[at]);
    }
  }

  private void join() {
    while (!queue.isEmpty()) {
      Pair pair = queue.poll();
      boolean stale = ends[pair.left()] != pair.right() || ends[pair.right()] != pair.end();
      if (stale) {
        continue;
      }
      int after = next[pair.right()];
      ends[pair.left()] = pair.end();
      ends[pair.right()] = 0;
      next[pair.left()] = after;
      if (after >= 0) {
        previous[after] = pair.left();
      }
      if (previous[pair.left()] >= 0) {
        offer(previous[pair.left()], pair.left());
      }
      offer(pair.left(), after);
    }
  }

  private void offer(int left, int right) {
    if (right < 0) {
      return;
    }
    double value = priority.of(word, left, right, ends[right]);
    if (!Double.isNaN(value)) {
      queue.add(new Pair(value, left, right, ends[right]));
    }
  }
}
