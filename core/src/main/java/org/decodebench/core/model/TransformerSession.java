package org.decodebench.core.model;

import java.util.List;
import org.decodebench.core.tensor.DType;

/** Sequences over one {@link Forward}, and their caches. */
final class TransformerSession implements Session {
  private final Forward forward;
  private final ModelConfig config;
  private final LanguageModel model;
  private final Batch batch;
  private final Sequences sequences;
  private final KvCache[] caches;
  private Logits last = new Logits(new float[0], 0, 0);

  TransformerSession(
      Forward forward, LanguageModel model, int capacity, int width, DType cacheType) {
    this.forward = forward;
    this.model = model;
    config = model.config();
    batch = new Batch(config, width);
    sequences = new Sequences(config, capacity, width);
    caches = new KvCache[width];
    for (int i = 0; i < width; i++) {
      caches[i] = new KvCache(config, capacity, cacheType);
    }
  }

  @Override
  public int capacity() {
    return sequences.capacity();
  }

  @Override
  public int width() {
    return sequences.width();
  }

  @Override
  public int length(int sequence) {
    return sequences.length(sequence);
  }

  @Override
  public Logits forward(List<Run> runs) {
    sequences.check(runs);
    Run.checkInputs(runs, model);
    batch.lay(runs);
    float[] logits = forward.run(batch, caches);
    sequences.wrote(runs);
    if (last.values() != logits || last.rows() != batch.wanted()) {
      last = new Logits(logits, batch.wanted(), config.vocabSize());
    }
    return last;
  }

  @Override
  public void commit(int sequence, int length) {
    sequences.commit(sequence, length);
  }

  @Override
  public void truncate(int sequence, int length) {
    sequences.truncate(sequence, length);
  }

  @Override
  public void commitPath(int sequence, int[] nodes) {
    sequences.checkPath(sequence, nodes);
    caches[sequence].moveNodes(sequences.length(sequence), nodes);
    sequences.committedPath(sequence, nodes);
  }

  @Override
  public void copy(int from, int to, int length) {
    sequences.checkCopy(from, length);
    caches[to].copy(caches[from], length);
    sequences.copied(to, length);
  }

  @Override
  public float[] hidden() {
    return forward.hidden();
  }

  @Override
  public float[] cached(int sequence, int position) {
    return caches[sequence].read(position);
  }

  @Override
  public void close() {}
}
