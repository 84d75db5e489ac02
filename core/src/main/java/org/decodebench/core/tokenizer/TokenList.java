package org.decodebench.core.tokenizer;

import java.util.Arrays;

/** A growing list of ids. */
final class TokenList {
  private int[] ids = new int[32];
  private int count;

  void add(int id) {
    if (count == ids.length) {
      ids = Arrays.copyOf(ids, count * 2);
    }
    ids[count++] = id;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, count);
  }
}
