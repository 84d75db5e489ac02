package org.decodebench.speculative;

import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.tokenizer.Tokenizer;

/** Drafted ids mean something to the target only if both models read text in the same tokens. */
final class Vocabularies {
  private Vocabularies() {}

  /**
   * @throws UsageException if the two differ in size or in any token
   */
  static void check(LanguageModel target, LanguageModel draft) {
    int size = target.config().vocabSize();
    if (draft.config().vocabSize() != size) {
      throw different(
          target, draft, "%d tokens against %d".formatted(draft.config().vocabSize(), size));
    }
    Tokenizer a = target.tokenizer();
    Tokenizer b = draft.tokenizer();
    for (int id = 0;
        !a.equals(b) && id < Math.min(size, Math.max(a.vocabSize(), b.vocabSize()));
        id++) {
      if (id >= a.vocabSize() || id >= b.vocabSize()) {
        throw different(target, draft, "token %d exists in one only".formatted(id));
      }
      if (!a.piece(id).equals(b.piece(id)) || a.isEnd(id) != b.isEnd(id)) {
        throw different(
            target, draft, "token %d is '%s' against '%s'".formatted(id, b.piece(id), a.piece(id)));
      }
    }
  }

  private static UsageException different(LanguageModel target, LanguageModel draft, String how) {
    return new UsageException(
        "model '%s' cannot draft for '%s': they read text in different tokens (%s); choose a draft model with the target's tokenizer"
            .formatted(draft.name(), target.name(), how));
  }
}
