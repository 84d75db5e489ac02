package org.decodebench.speculative;

import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/**
 * Drafts with Medusa heads.
 *
 * @param model the heads
 * @param branches children of each node, by depth; one head a depth
 */
record MedusaDrafting(LanguageModel model, int[] branches, CausalSettings text)
    implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    Heads.check("medusa", true, target, model);
    Heads.checkDepth(model, branches.length);
  }

  @Override
  public int nodes() {
    return TreeShape.size(branches);
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    return new MedusaDrafter(request, this, capacity, width);
  }
}
