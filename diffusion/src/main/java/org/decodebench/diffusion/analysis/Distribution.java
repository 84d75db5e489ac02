package org.decodebench.diffusion.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.Source;

/**
 * A distribution over texts (tokens after the prompt, cut at the first end token), as a finite
 * table.
 *
 * @param p probability of every text that can come out; sums to one
 */
public record Distribution(Map<List<Integer>, Double> p) {
  private static final int MOST_TEXTS = 1_000_000;

  public Distribution {
    p = Map.copyOf(p);
  }

  /**
   * The exact distribution of a source's texts, cut at {@code length} tokens.
   *
   * @param prefix tokens that are given, without the begin token
   * @throws UsageException if there are too many texts
   */
  public static Distribution of(Source source, int[] prefix, int length) {
    Map<List<Integer>, Double> table = new HashMap<>();
    grow(source, prefix, prefix.length, prefix.length + length, 1, table);
    return new Distribution(table);
  }

  private static void grow(
      Source source, int[] text, int from, int length, double p, Map<List<Integer>, Double> table) {
    boolean ended = text.length > from && source.tokenizer().isEnd(text[text.length - 1]);
    if (table.size() > MOST_TEXTS) {
      throw new UsageException(
          "source %s has more than %d texts of %d tokens; ask for fewer tokens, or for an estimate from samples"
              .formatted(source.name(), MOST_TEXTS, length - from));
    }
    if (ended || text.length == length) {
      table.put(Arrays.stream(text).skip(from).boxed().toList(), p);
      return;
    }
    double[] next = new double[source.vocabSize()];
    source.next(text, text.length, next);
    for (int v = 0; v < next.length; v++) {
      if (next[v] > 0) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = v;
        grow(source, longer, from, length, p * next[v], table);
      }
    }
  }

  public double of(List<Integer> text) {
    return p.getOrDefault(text, 0.0);
  }

  /** Half the sum of absolute differences: 0 for equal, 1 for disjoint. */
  public double totalVariation(Distribution other) {
    double distance = 0;
    for (var entry : p.entrySet()) {
      distance += Math.max(0, entry.getValue() - other.of(entry.getKey()));
    }
    return distance;
  }

  /**
   * Kullback–Leibler divergence from {@code other} in nats, Σ p log(p / q): what texts of this
   * distribution cost more when they are coded with the other. Infinite where the other excludes a
   * text.
   */
  public double divergence(Distribution other) {
    double nats = 0;
    for (var entry : p.entrySet()) {
      if (entry.getValue() > 0) {
        nats += entry.getValue() * Math.log(entry.getValue() / other.of(entry.getKey()));
      }
    }
    return nats;
  }

  /** Probability of texts that the other excludes. */
  public double excludedBy(Distribution other) {
    double mass = 0;
    for (var entry : p.entrySet()) {
      mass += other.of(entry.getKey()) == 0 ? entry.getValue() : 0;
    }
    return mass;
  }
}
