package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** Remembers tokens instead of keys and values. */
final class TorchSession implements Session {
  private final Network network;
  private final int[][] tokens;
  private final int[] committed;
  private final int[] written;

  TorchSession(Network network, int capacity, int width) {
    this.network = network;
    this.tokens = new int[width][capacity];
    this.committed = new int[width];
    this.written = new int[width];
  }

  @Override
  public int capacity() {
    return tokens[0].length;
  }

  @Override
  public int width() {
    return tokens.length;
  }

  @Override
  public int length(int sequence) {
    return committed[sequence];
  }

  @Override
  public Logits forward(List<Run> runs) {
    int vocab = network.config().vocabSize();
    int rows = runs.stream().mapToInt(run -> run.rows().length).sum();
    float[] values = new float[rows * vocab];
    for (Run run : runs) {
      seen(run);
      System.arraycopy(run.tokens(), 0, tokens[run.sequence()], run.first(), run.tokens().length);
      written[run.sequence()] = Math.max(written[run.sequence()], run.end());
    }
    int row = 0;
    for (Run run : runs) {
      float[] logits = evaluate(run);
      System.arraycopy(logits, 0, values, row * vocab, logits.length);
      row += run.rows().length;
    }
    return new Logits(values, rows, vocab);
  }

  private float[] evaluate(Run run) {
    int sequence = run.sequence();
    int seen = seen(run);
    if (run.rows().length == 0) {
      return new float[0];
    }
    int[] canvas = Arrays.copyOf(tokens[sequence], seen);
    int[] positions = new int[seen];
    for (int i = 0; i < seen; i++) {
      positions[i] =
          run.attention() instanceof Attention.Tree tree && i >= tree.prefix()
              ? tree.prefix() + tree.depth(i - tree.prefix())
              : i;
    }
    int[] rows = Arrays.stream(run.rows()).map(r -> run.first() + r).toArray();
    try (NDManager scratch = network.manager().newSubManager()) {
      float[] mask = AttentionMask.additive(AttentionMask.of(run.attention(), seen));
      NDArray hidden =
          network.hidden(
              scratch.create(canvas, new Shape(1, seen)),
              positions,
              scratch.create(mask, new Shape(seen, seen)));
      return network.logits(hidden, rows).toFloatArray();
    }
  }

  /** How many positions the run's rows see; all of them must be there. */
  private int seen(Run run) {
    int sequence = run.sequence();
    int seen = run.end();
    for (int i = run.first(); i < run.end(); i++) {
      seen = Math.max(seen, run.attention().visible(i));
    }
    boolean canvas = run.attention() instanceof Attention.Bidirectional;
    int there = canvas ? written[sequence] : committed[sequence];
    if (seen > capacity() || run.first() > there || seen > Math.max(there, run.end())) {
      throw new IllegalArgumentException(
          "run %d…%d sees %d positions; %d are there, capacity is %d"
              .formatted(run.first(), run.end(), seen, there, capacity()));
    }
    return seen;
  }

  @Override
  public void commit(int sequence, int length) {
    if (length < committed[sequence] || length > written[sequence]) {
      throw new IllegalArgumentException(
          "cannot commit %d: committed %d, written %d"
              .formatted(length, committed[sequence], written[sequence]));
    }
    committed[sequence] = length;
  }

  @Override
  public void truncate(int sequence, int length) {
    committed[sequence] = Math.min(committed[sequence], length);
    written[sequence] = Math.min(written[sequence], length);
  }

  @Override
  public void commitPath(int sequence, int[] nodes) {
    int prefix = committed[sequence];
    int[] path = Arrays.stream(nodes).map(node -> tokens[sequence][prefix + node]).toArray();
    System.arraycopy(path, 0, tokens[sequence], prefix, path.length);
    committed[sequence] = prefix + path.length;
    written[sequence] = committed[sequence];
  }

  @Override
  public void copy(int from, int to, int length) {
    System.arraycopy(tokens[from], 0, tokens[to], 0, length);
    committed[to] = length;
    written[to] = length;
  }

  @Override
  public void close() {
    // No memory outlives a forward.
  }
}
