package org.decodebench.core.sampling;

/**
 * Divides the logits (Ackley, Hinton and Sejnowski 1985).
 *
 * @param temperature above 0; {@link Greedy} is 0
 */
record Temperature(double temperature) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    for (int v = 0; v < logits.length; v++) {
      logits[v] /= temperature;
    }
  }
}
