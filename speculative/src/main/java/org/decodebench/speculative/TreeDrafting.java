package org.decodebench.speculative;

import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/**
 * Drafts a tree with a model.
 *
 * @param chain the same model drafting a chain, for its checks
 * @param shape of the tree
 */
record TreeDrafting(ModelDrafting chain, TreeShape shape) implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    chain.check(target);
  }

  @Override
  public int nodes() {
    return shape.room();
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    chain.checkCapacity(capacity);
    return new TreeDrafter(request, this, capacity, width);
  }
}
