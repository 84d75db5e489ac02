package org.decodebench.diffusion.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.ForwardingSession;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * A model that remembers what it said of canvases that are evaluated whole: where every branch of a
 * sampler is run, the same few canvases come up again and again. Forwards that read a cache go
 * through.
 */
final class MemoModel implements ForwardingModel {
  private final LanguageModel model;
  private final Map<Key, float[]> known = new HashMap<>();

  MemoModel(LanguageModel model) {
    this.model = model;
  }

  private record Key(List<Integer> tokens, List<Integer> rows, Attention attention, double clean) {}

  @Override
  public LanguageModel model() {
    return model;
  }

  @Override
  public Session open(int capacity, int width) {
    return new MemoSession(model.open(capacity, width));
  }

  private static List<Integer> list(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private final class MemoSession implements ForwardingSession {
    private final Session session;
    private List<Run> unwritten = List.of();
    private double clean;

    MemoSession(Session session) {
      this.session = session;
    }

    @Override
    public Session session() {
      return session;
    }

    @Override
    public Logits forward(List<Run> runs) {
      Run run = runs.getFirst();
      boolean whole =
          runs.size() == 1
              && run.first() == 0
              && run.rows().length > 0
              && session.length(run.sequence()) == 0
              && run.attention().visible(run.end() - 1) == run.end();
      if (!whole) {
        write();
        return session.forward(runs);
      }
      Key key = new Key(list(run.tokens()), list(run.rows()), run.attention(), clean);
      int rows = run.rows().length;
      int vocab = config().vocabSize();
      float[] values = known.get(key);
      if (values == null) {
        values = Arrays.copyOf(session.forward(runs).values(), rows * vocab);
        known.put(key, values);
        unwritten = List.of();
      } else {
        unwritten = List.copyOf(runs);
      }
      return new Logits(values, rows, vocab);
    }

    /** What was answered from memory has not reached the cache; now something will read it. */
    private void write() {
      if (!unwritten.isEmpty()) {
        session.forward(unwritten);
        unwritten = List.of();
      }
    }

    @Override
    public void noise(double share) {
      clean = share;
      session.noise(share);
    }

    @Override
    public void commit(int sequence, int length) {
      write();
      session.commit(sequence, length);
    }

    @Override
    public void truncate(int sequence, int length) {
      write();
      session.truncate(sequence, length);
    }

    @Override
    public void commitPath(int sequence, int[] nodes) {
      write();
      session.commitPath(sequence, nodes);
    }

    @Override
    public void copy(int from, int to, int length) {
      write();
      session.copy(from, to, length);
    }
  }
}
