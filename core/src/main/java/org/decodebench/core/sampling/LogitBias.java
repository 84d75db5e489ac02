package org.decodebench.core.sampling;

import java.util.Map;

/**
 * Adds a constant to single logits ({@code logit_bias} of OpenAI's interface); negative infinity
 * bans a token.
 */
record LogitBias(Map<Integer, Double> bias) implements LogitsProcessor {

  LogitBias {
    bias = Map.copyOf(bias);
  }

  @Override
  public void process(double[] logits, History history) {
    bias.forEach((token, value) -> logits[token] += value);
  }
}
