package org.decodebench.core.model;

import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Immutable weights and their configuration; opens sessions. Implemented by the CPU transformer, by
 * sources with exact probabilities, by the PyTorch reference and by GPU runtimes. Thread-safe.
 */
public interface LanguageModel extends AutoCloseable {

  /** The name that the user gave: an embedded model's name, or a file's. */
  String name();

  ModelConfig config();

  Tokenizer tokenizer();

  /**
   * @param capacity most positions of a sequence, at most {@code config().contextLength()}
   * @param width number of sequences
   */
  Session open(int capacity, int width);

  /**
   * Numbers a token that every run must bring as {@link Run#inputs}; 0 for a model that reads
   * tokens alone. Heads that draft from another model's hidden states need them.
   */
  default int inputSize() {
    return 0;
  }

  /** What a forward costs at least, from shapes and stored types. */
  default ForwardCost cost() {
    return ForwardCost.ZERO;
  }

  @Override
  default void close() {}
}
