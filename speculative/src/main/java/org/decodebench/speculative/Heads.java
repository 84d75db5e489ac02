package org.decodebench.speculative;

import org.decodebench.core.UsageException;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.MedusaModel;

/** What drafters that read the target's hidden states ask of it and of their heads. */
final class Heads {
  private Heads() {}

  /**
   * @param medusa whether Medusa heads are asked for, else an EAGLE head
   * @throws UsageException if the model holds no such heads, or they are not the target's
   */
  static void check(String decoder, boolean medusa, LanguageModel target, LanguageModel heads) {
    boolean isMedusa = ForwardingModel.innermost(heads) instanceof MedusaModel;
    if (heads.inputSize() == 0 || isMedusa != medusa) {
      throw new UsageException(
          "decoder %s needs heads that read a target's hidden states, and '%s' holds none of this"
                  .formatted(decoder, heads.name())
              + " kind; train some with objective: "
              + decoder);
    }
    Vocabularies.check(target, heads);
    if (heads.inputSize() != target.config().hiddenSize()) {
      throw new UsageException(
          "heads '%s' read hidden states of %d numbers, those of '%s' have %d: they are another model's"
              .formatted(
                  heads.name(), heads.inputSize(), target.name(), target.config().hiddenSize()));
    }
  }

  /** A head answers for one depth of the draft. */
  static void checkDepth(LanguageModel heads, int depth) {
    if (depth > heads.config().layers()) {
      throw new UsageException(
          "'%s' has %d heads and drafts no deeper: ask for k=%d or less"
              .formatted(heads.name(), heads.config().layers(), heads.config().layers()));
    }
  }
}
