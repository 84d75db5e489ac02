package org.decodebench.core.model;

import java.util.List;

/** Sequences over one {@link Forward}: the contract's checks, and the caches' bookkeeping. */
final class TransformerSession implements Session {
  private final Forward forward;
  private final ModelConfig config;
  private final Batch batch;
  private final KvCache[] caches;
  private final boolean[] used;
  private final int capacity;
  private Logits last = new Logits(new float[0], 0, 0);

  TransformerSession(Forward forward, ModelConfig config, int capacity, int width) {
    this.forward = forward;
    this.config = config;
    this.capacity = capacity;
    batch = new Batch(config, width);
    used = new boolean[width];
    caches = new KvCache[width];
    for (int i = 0; i < width; i++) {
      caches[i] = new KvCache(config, capacity);
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int width() {
    return caches.length;
  }

  @Override
  public int length(int sequence) {
    return caches[sequence].length();
  }

  @Override
  public Logits forward(List<Run> runs) {
    java.util.Arrays.fill(used, false);
    for (int i = 0; i < runs.size(); i++) {
      check(runs.get(i));
    }
    batch.lay(runs);
    float[] logits = forward.run(batch, caches);
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      caches[run.sequence()].wrote(run.first(), run.end());
    }
    if (last.values() != logits || last.rows() != batch.wanted()) {
      last = new Logits(logits, batch.wanted(), config.vocabSize());
    }
    return last;
  }

  private void check(Run run) {
    if (run.sequence() < 0 || run.sequence() >= width() || used[run.sequence()]) {
      throw bad("sequence %d is not one of %d, or has two runs", run.sequence(), width());
    }
    used[run.sequence()] = true;
    if (run.first() < 0 || run.tokens().length == 0 || run.end() > capacity) {
      throw bad("positions %d to %d leave the capacity %d", run.first(), run.end(), capacity);
    }
    for (int token : run.tokens()) {
      if (token < 0 || token >= config.vocabSize()) {
        throw bad("token %d, vocabulary of %d", token, config.vocabSize());
      }
    }
    int previous = -1;
    for (int row : run.rows()) {
      if (row <= previous || row >= run.tokens().length) {
        throw bad("row %d of %d tokens is out of order or range", row, run.tokens().length);
      }
      previous = row;
    }
    checkSight(run, caches[run.sequence()]);
  }

  /** Every key that a row sees must be committed, in this run, or kept in a canvas or tree. */
  private void checkSight(Run run, KvCache cache) {
    boolean canvas = run.attention() instanceof Attention.Bidirectional;
    if (run.attention() instanceof Attention.Tree tree) {
      checkTree(run, tree, cache);
      canvas = true;
    }
    int checked = 0;
    for (int slot = run.first(); slot < run.end(); slot++) {
      int visible = run.attention().visible(slot);
      if (visible > capacity) {
        throw bad("position %d sees %d positions, the capacity is %d", slot, visible, capacity);
      }
      boolean obvious = run.first() <= cache.length() && visible <= run.end();
      if (!obvious && visible > checked) {
        checkKeys(run, slot, visible, cache, canvas);
        checked = visible;
      }
    }
  }

  private static void checkKeys(Run run, int slot, int visible, KvCache cache, boolean canvas) {
    for (int key = cache.length(); key < visible; key++) {
      boolean inRun = key >= run.first() && key < run.end();
      if (!inRun && !(canvas && cache.isWritten(key))) {
        throw bad(
            "position %d sees position %d, which is neither committed nor in this forward",
            slot, key);
      }
    }
  }

  private static void checkTree(Run run, Attention.Tree tree, KvCache cache) {
    if (tree.prefix() > cache.length()
        || run.first() < tree.prefix()
        || run.end() - tree.prefix() > tree.parents().length) {
      throw bad(
          "slots %d to %d are no nodes of a tree of %d after %d of %d committed positions",
          run.first(), run.end(), tree.parents().length, tree.prefix(), cache.length());
    }
  }

  private static IllegalArgumentException bad(String format, Object... args) {
    return new IllegalArgumentException(format.formatted(args));
  }

  @Override
  public void commit(int sequence, int length) {
    if (length > capacity) {
      throw bad("commit to %d, the capacity is %d", length, capacity);
    }
    caches[sequence].commit(length);
  }

  @Override
  public void truncate(int sequence, int length) {
    caches[sequence].truncate(length);
  }

  @Override
  public void commitPath(int sequence, int[] nodes) {
    caches[sequence].commitPath(nodes);
  }

  @Override
  public void copy(int from, int to, int length) {
    caches[to].copy(caches[from], length);
  }

  @Override
  public void close() {}
}
