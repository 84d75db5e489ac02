package org.decodebench.core.checkpoint;

import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tokenizer.Tokenizer;

/** What a model reference leads to: weights and tokenizer, opened but not yet loaded. */
public record Checkpoint(WeightSource weights, Tokenizer tokenizer) implements AutoCloseable {
  @Override
  public void close() {
    weights.close();
  }
}
