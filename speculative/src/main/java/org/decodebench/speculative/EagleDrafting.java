package org.decodebench.speculative;

import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;

/**
 * Drafts a tree with an EAGLE head.
 *
 * @param tree that the head grows
 */
record EagleDrafting(TreeDrafting tree) implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    Heads.check("eagle", false, target, tree.chain().model());
  }

  @Override
  public int nodes() {
    return tree.nodes();
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    return tree.open(request, capacity, width);
  }
}
