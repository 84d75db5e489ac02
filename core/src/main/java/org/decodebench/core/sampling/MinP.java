package org.decodebench.core.sampling;

/** Tokens of at least {@code p} times the largest probability stay (2407.01082). */
record MinP(double p) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    double bound = logits[Distributions.argmax(logits)] + Math.log(p);
    for (int v = 0; v < logits.length; v++) {
      if (logits[v] < bound) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }
}
