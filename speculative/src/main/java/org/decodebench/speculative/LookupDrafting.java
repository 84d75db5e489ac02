package org.decodebench.speculative;

import org.decodebench.core.decode.DecodeRequest;

/** Drafts from the text itself. */
record LookupDrafting(int longest, int shortest) implements DraftMethod {

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    return new LookupDrafter(longest, shortest);
  }
}
