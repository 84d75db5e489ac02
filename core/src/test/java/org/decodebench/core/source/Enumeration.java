package org.decodebench.core.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All sequences of a length and their probabilities, by the chain rule over {@link Source#next}:
 * the independent answer to every question about a short canvas.
 */
public final class Enumeration {
  public final List<int[]> sequences = new ArrayList<>();
  public final List<Double> probabilities = new ArrayList<>();

  public Enumeration(Source source, int length) {
    extend(source, new int[length], 0, 1);
  }

  private void extend(Source source, int[] tokens, int length, double p) {
    if (length == tokens.length) {
      sequences.add(tokens.clone());
      probabilities.add(p);
      return;
    }
    double[] next = new double[source.vocabSize()];
    source.next(tokens, length, next);
    for (int v = 0; v < next.length; v++) {
      if (next[v] > 0) {
        tokens[length] = v;
        extend(source, tokens, length + 1, p * next[v]);
      }
    }
  }

  public double[] table() {
    return probabilities.stream().mapToDouble(Double::doubleValue).toArray();
  }

  public int indexOf(int[] tokens) {
    for (int i = 0; i < sequences.size(); i++) {
      if (Arrays.equals(sequences.get(i), tokens)) {
        return i;
      }
    }
    return -1;
  }

  /** What {@link AnyOrderSource#conditionals} should say. */
  public double[][] conditionals(int[] canvas, int vocab) {
    double[][] out = new double[canvas.length][vocab];
    double total = 0;
    for (int s = 0; s < sequences.size(); s++) {
      if (agrees(sequences.get(s), canvas)) {
        total += probabilities.get(s);
        for (int i = 0; i < canvas.length; i++) {
          out[i][sequences.get(s)[i]] += probabilities.get(s);
        }
      }
    }
    for (double[] row : out) {
      for (int v = 0; v < vocab && total > 0; v++) {
        row[v] /= total;
      }
    }
    return out;
  }

  private static boolean agrees(int[] sequence, int[] canvas) {
    for (int i = 0; i < canvas.length; i++) {
      if (canvas[i] != AnyOrderSource.UNKNOWN && canvas[i] != sequence[i]) {
        return false;
      }
    }
    return true;
  }
}
