package org.decodebench.core.sampling;

/** Temperature 0: only the largest logit stays, the lowest id among equals. */
record Greedy() implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    int best = Distributions.argmax(logits);
    for (int v = 0; v < logits.length; v++) {
      if (v != best) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }
}
