package org.decodebench.core.sampling;

/**
 * Makes every token that already stands in the text, prompt included, less likely (CTRL, Keskar et
 * al. 1909.05858): positive logits are divided, negative ones multiplied.
 *
 * @param penalty 1 for none
 */
record RepetitionPenalty(double penalty) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    boolean[] done = new boolean[logits.length];
    for (int i = 0; i < history.length(); i++) {
      int token = history.tokens()[i];
      if (!done[token]) {
        done[token] = true;
        logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
      }
    }
  }
}
