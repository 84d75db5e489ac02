package org.decodebench.core.sampling;

/**
 * The frequency and presence penalties of OpenAI's interface: for a token that was generated {@code
 * n} times, {@code frequency * n + presence} is taken from its logit. The prompt does not count.
 */
record CountPenalty(double frequency, double presence) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    int[] count = new int[logits.length];
    for (int i = history.prompt(); i < history.length(); i++) {
      count[history.tokens()[i]]++;
    }
    for (int v = 0; v < logits.length; v++) {
      if (count[v] > 0) {
        logits[v] -= frequency * count[v] + presence;
      }
    }
  }
}
