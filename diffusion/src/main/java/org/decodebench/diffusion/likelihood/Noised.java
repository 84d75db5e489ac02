package org.decodebench.diffusion.likelihood;

import java.util.Arrays;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.diffusion.policy.Prediction;

/** Texts with some positions masked, and what the model says of the tokens behind the masks. */
record Noised(ModelConfig config) {

  /**
   * A run over {@code tokens[from…to-1]} with the masked positions masked, and the rows that
   * predict them.
   */
  Run run(int sequence, int[] tokens, int[] masked, int from, int to, Attention attention) {
    int[] noisy = Arrays.copyOfRange(tokens, from, to);
    int[] rows = new int[masked.length];
    for (int i = 0; i < masked.length; i++) {
      noisy[masked[i] - from] = config.maskTokenId().orElseThrow();
      rows[i] = masked[i] - from - config.logitShift();
    }
    return new Run(sequence, noisy, from, attention, rows);
  }

  /** Σ −log p(token) over the masked positions, whose rows start at {@code row}; in nats. */
  double nats(Logits logits, int row, int[] tokens, int[] masked) {
    double nats = 0;
    for (int position : masked) {
      nats -= logProbability(logits, row++, tokens[position]);
    }
    return nats;
  }

  /** Of one token under one row of logits; natural. */
  double logProbability(Logits logits, int row, int token) {
    int mask = config.maskTokenId().orElseThrow();
    return new Prediction(logits, row, mask).logProbability(token);
  }
}
