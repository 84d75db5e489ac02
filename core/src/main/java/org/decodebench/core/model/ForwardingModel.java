package org.decodebench.core.model;

import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A model in front of another one: it passes everything on but what an implementation changes. One
 * that wraps by hand would lose what the contract gains later behind a default.
 */
public interface ForwardingModel extends LanguageModel {

  /** The model behind this one. */
  LanguageModel model();

  /** The model behind all that stand in front of it. */
  static LanguageModel innermost(LanguageModel model) {
    LanguageModel at = model;
    while (at instanceof ForwardingModel forwarding) {
      at = forwarding.model();
    }
    return at;
  }

  @Override
  default String name() {
    return model().name();
  }

  @Override
  default ModelConfig config() {
    return model().config();
  }

  @Override
  default Tokenizer tokenizer() {
    return model().tokenizer();
  }

  @Override
  default Session open(int capacity, int width) {
    return model().open(capacity, width);
  }

  @Override
  default int inputSize() {
    return model().inputSize();
  }

  @Override
  default ForwardCost cost() {
    return model().cost();
  }
}
