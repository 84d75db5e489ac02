package org.decodebench.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.sampling.RandomStream;

/** Gathers the rows that carry loss. */
final class LossRows {
  private final int width;
  private final List<int[]> entries = new ArrayList<>();
  private final List<Float> weights = new ArrayList<>();

  LossRows(int width) {
    this.width = width;
  }

  void add(int sequence, int column, int target, float weight) {
    entries.add(new int[] {sequence * width + column, target});
    weights.add(weight);
  }

  int size() {
    return entries.size();
  }

  /** Masks ⌈t·n⌉ of the n positions {@code from…to-1} and lets them carry loss. */
  void mask(
      int[] tokens, int sequence, int from, int to, double t, int maskToken, RandomStream noise) {
    int n = to - from;
    if (n <= 0) {
      return;
    }
    int masked = Math.clamp((int) Math.ceil(t * n), 1, n);
    int[] order = shuffled(from, to, noise, sequence);
    for (int i = 0; i < masked; i++) {
      int position = order[i];
      add(sequence, position, tokens[position], (float) n / masked);
      tokens[position] = maskToken;
    }
  }

  Batch batch(int[][] tokens, int[] positions, boolean[][] seen, long carriers, Canvas[] from) {
    return batch(tokens, positions, seen, carriers, from, Optional.empty());
  }

  Batch batch(
      int[][] tokens,
      int[] positions,
      boolean[][] seen,
      long carriers,
      Canvas[] from,
      Optional<UniformSteps> steps) {
    float[] w = new float[weights.size()];
    for (int i = 0; i < w.length; i++) {
      w[i] = weights.get(i);
    }
    return new Batch(
        tokens,
        positions,
        seen,
        entries.stream().mapToInt(e -> e[0]).toArray(),
        entries.stream().mapToInt(e -> e[1]).toArray(),
        w,
        carriers,
        Arrays.stream(from).mapToLong(c -> c.textEnd() - 1).sum(),
        steps);
  }

  static int[] iota(int n) {
    int[] values = new int[n];
    Arrays.setAll(values, i -> i);
    return values;
  }

  /** {@code from…to-1} in an order fixed by the stream and {@code row}. */
  static int[] shuffled(int from, int to, RandomStream noise, long row) {
    int n = to - from;
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      int j = (int) (noise.uniform(from + i, row) * (i + 1));
      values[i] = values[j];
      values[j] = from + i;
    }
    return values;
  }
}
