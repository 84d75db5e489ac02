package org.decodebench.speculative;

import org.decodebench.ar.CausalRequests;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/**
 * Drafts with a model.
 *
 * @param confidence the draft ends where the model's largest probability is below it
 */
record ModelDrafting(LanguageModel model, double confidence, int prefillChunk, CausalSettings text)
    implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    CausalRequests.checkModel("speculative (as draft)", model);
    Vocabularies.check(target, model);
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    checkCapacity(capacity);
    return new ModelDrafter(request, this, capacity, width);
  }

  void checkCapacity(int capacity) {
    if (capacity > model.config().contextLength()) {
      throw new UsageException(
          "the texts need %d positions, but draft model '%s' has %d: ask for fewer new tokens or choose another draft"
              .formatted(capacity, model.name(), model.config().contextLength()));
    }
  }
}
