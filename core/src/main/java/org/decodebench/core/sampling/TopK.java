package org.decodebench.core.sampling;

/** Only the k most probable tokens stay (Fan, Lewis and Dauphin, 1805.04833). */
record TopK(int k) implements LogitsProcessor {

  @Override
  public void process(double[] logits, History history) {
    if (k < logits.length) {
      Filters.keepLargest(logits, Filters.ascending(logits), k);
    }
  }
}
