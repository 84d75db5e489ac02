package org.decodebench.speculative;

import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;

/** Drafts with a diffusion model. */
record DiffusionDrafting(LanguageModel model, CausalSettings text) implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    if (model.config().paradigm() == Paradigm.AUTOREGRESSIVE
        || model.config().maskTokenId().isEmpty()) {
      throw new UsageException(
          "diffusion-draft needs a masked- or block-diffusion model as draft, and '%s' is none: an"
                  .formatted(model.name())
              + " autoregressive model drafts in the decoder speculative");
    }
    Vocabularies.check(target, model);
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    if (capacity > model.config().contextLength()) {
      throw new UsageException(
          "the texts need %d positions, but draft model '%s' has %d: ask for fewer new tokens"
              .formatted(capacity, model.name(), model.config().contextLength()));
    }
    return new DiffusionDrafter(request, this, capacity, width);
  }
}
