package org.decodebench.speculative;

import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/**
 * Drafts a tree with a model.
 *
 * @param chain the same model drafting a chain, for its checks
 * @param branches children of each node, by depth
 */
record TreeDrafting(ModelDrafting chain, int[] branches) implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    chain.check(target);
  }

  @Override
  public int nodes() {
    return Branches.nodes(branches);
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    chain.checkCapacity(capacity);
    return new TreeDrafter(request, this, capacity, width);
  }
}
