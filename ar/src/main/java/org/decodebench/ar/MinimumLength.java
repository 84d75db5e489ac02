package org.decodebench.ar;

import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.LogitsProcessor;

/**
 * Takes the tokens that end a text out until enough are generated ({@code min_new_tokens} of
 * Hugging Face Transformers).
 *
 * @param least tokens that are generated before an end
 * @param ends ids that end a text
 */
record MinimumLength(int least, int[] ends) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    if (history.generated() < least) {
      for (int id : ends) {
        logits[id] = Double.NEGATIVE_INFINITY;
      }
    }
  }
}
