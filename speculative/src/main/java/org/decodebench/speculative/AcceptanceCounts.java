package org.decodebench.speculative;

import java.util.Arrays;

/** Drafted and accepted tokens, by depth in the draft, and how often a text was verified. */
final class AcceptanceCounts {
  private static final int DRAFTED = 0;
  private static final int ACCEPTED = 1;
  private long[][] at = new long[0][];
  private long verifications;

  /** Counts a verified draft of which {@code accepted} tokens, one a depth, stayed. */
  void add(Draft draft, int accepted) {
    verifications++;
    for (int node = 0; node < draft.size(); node++) {
      at(draft.depth(node))[DRAFTED]++;
    }
    for (int depth = 0; depth < accepted; depth++) {
      at(depth)[ACCEPTED]++;
    }
  }

  private long[] at(int depth) {
    if (depth >= at.length) {
      int old = at.length;
      at = Arrays.copyOf(at, depth + 1);
      for (int d = old; d <= depth; d++) {
        at[d] = new long[2];
      }
    }
    return at[depth];
  }

  long drafted() {
    return Arrays.stream(at).mapToLong(counts -> counts[DRAFTED]).sum();
  }

  long accepted() {
    return Arrays.stream(at).mapToLong(counts -> counts[ACCEPTED]).sum();
  }

  long verifications() {
    return verifications;
  }

  /** {@code [depth][drafted, accepted]} */
  long[][] at() {
    return at;
  }
}
