package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.decodebench.core.sampling.Distributions;

/**
 * The exact distribution of the continuations of a prompt, by going through all of them, and the
 * chi-square test of a sample against it.
 *
 * @param probability of each continuation, keyed by its ids
 */
public record Enumeration(Map<String, Double> probability) {

  public static Enumeration of(ToyModel model, int[] prompt, int length) {
    return of(model, prompt, length, p -> p);
  }

  /**
   * @param warp from the model's logits at temperature 1 (as doubles) to the logits that are
   *     sampled
   */
  public static Enumeration of(
      ToyModel model, int[] prompt, int length, UnaryOperator<double[]> warp) {
    Map<String, Double> all = new LinkedHashMap<>();
    extend(model, prompt, prompt.length, length, 1, warp, all);
    return new Enumeration(all);
  }

  private static void extend(
      ToyModel model,
      int[] text,
      int prompt,
      int length,
      double mass,
      UnaryOperator<double[]> warp,
      Map<String, Double> all) {
    if (text.length == prompt + length || (text.length > prompt && text[text.length - 1] == 1)) {
      all.put(Arrays.toString(Arrays.copyOfRange(text, prompt, text.length)), mass);
      return;
    }
    float[] logits = new float[model.vocab()];
    model.logits(text, logits, 0);
    double[] p = new double[logits.length];
    for (int v = 0; v < p.length; v++) {
      p[v] = logits[v];
    }
    p = warp.apply(p);
    Distributions.softmax(p, p);
    for (int v = 0; v < p.length; v++) {
      if (p[v] > 0) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = v;
        extend(model, longer, prompt, length, mass * p[v], warp, all);
      }
    }
  }

  /**
   * Pearson's chi-square test; cells that expect fewer than 5 are pooled.
   *
   * @return the probability of a deviation at least this large if the sample has this distribution;
   *     0 if it holds something impossible
   */
  public double pValue(Stream<int[]> sample) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    sample.forEach(tokens -> counts.merge(Arrays.toString(tokens), 1, Integer::sum));
    if (!probability.keySet().containsAll(counts.keySet())) {
      return 0;
    }
    int n = counts.values().stream().mapToInt(Integer::intValue).sum();
    List<Double> expected = new ArrayList<>();
    List<Long> observed = new ArrayList<>();
    double pooledExpected = 0;
    long pooledObserved = 0;
    for (Map.Entry<String, Double> cell : probability.entrySet()) {
      int count = counts.getOrDefault(cell.getKey(), 0);
      if (n * cell.getValue() < 5) {
        pooledExpected += n * cell.getValue();
        pooledObserved += count;
      } else {
        expected.add(n * cell.getValue());
        observed.add((long) count);
      }
    }
    if (pooledExpected > 0) {
      expected.add(pooledExpected);
      observed.add(pooledObserved);
    }
    return ChiSquareTest.withDefaults()
        .test(
            expected.stream().mapToDouble(Double::doubleValue).toArray(),
            observed.stream().mapToLong(Long::longValue).toArray())
        .getPValue();
  }
}
