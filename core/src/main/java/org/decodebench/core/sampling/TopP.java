package org.decodebench.core.sampling;

/**
 * Nucleus sampling (Holtzman et al., 1904.09751): the smallest set of most probable tokens whose
 * mass reaches {@code p}. The token that crosses the bound stays in.
 */
record TopP(double p) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    double[] probability = new double[logits.length];
    if (!Distributions.softmax(logits, probability)) {
      return;
    }
    double[] ascending = Filters.ascending(probability);
    int count = 0;
    for (double mass = 0; mass < p && count < ascending.length; count++) {
      mass += ascending[ascending.length - 1 - count];
    }
    // By probability and not by logit: two logits may differ and give the same double.
    Filters.keepLargest(probability, ascending, Math.max(1, count));
    for (int v = 0; v < logits.length; v++) {
      if (probability[v] == Double.NEGATIVE_INFINITY) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }
}
