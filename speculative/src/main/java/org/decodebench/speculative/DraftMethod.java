package org.decodebench.speculative;

import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/** A kind of drafter with its settings; opens one for each decode. Stateless. */
interface DraftMethod {

  /**
   * @throws org.decodebench.core.UsageException if it cannot draft for this target
   */
  default void check(LanguageModel target) {}

  /** Most nodes of a draft where it is a tree, which needs room beside the text; else 0. */
  default int nodes() {
    return 0;
  }

  /**
   * @param capacity positions of the longest text
   * @param width number of places
   */
  Drafter open(DecodeRequest request, int capacity, int width);
}
