package org.decodebench.ar;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A model whose next-token logits are random numbers keyed by the last {@code order} tokens that
 * the row sees through its cache, so that a stale cache, a wrong position or a wrong mask changes
 * the tokens. Its session checks every rule of the contract.
 *
 * @param vocab ids 0 begin, 1 end, then letters
 * @param order tokens that matter
 * @param spread standard deviation of the logits
 * @param noise how far the logits are moved by a second table: a draft is a target with noise
 * @param endBias added to the end token's logit; negative infinity for texts without end
 */
public record ToyModel(
    String name, int vocab, long seed, int order, double spread, double noise, double endBias)
    implements LanguageModel {

  public ToyModel(String name, int vocab, long seed) {
    this(name, vocab, seed, 3, 2, 0, -1);
  }

  /** The same table, moved by noise. */
  public ToyModel draft(double noise) {
    return new ToyModel(name + "-draft", vocab, seed, order, spread, noise, endBias);
  }

  @Override
  public ModelConfig config() {
    return new ModelConfig(
        "toy",
        vocab,
        1,
        1,
        1,
        1,
        1,
        1,
        256,
        ModelConfig.Norm.RMS,
        1e-5f,
        new ModelConfig.Positions.None(),
        ModelConfig.Mlp.SWIGLU,
        false,
        true,
        0,
        ModelConfig.Paradigm.AUTOREGRESSIVE,
        OptionalInt.empty(),
        1,
        0);
  }

  @Override
  public Tokenizer tokenizer() {
    return new Letters(vocab);
  }

  @Override
  public Session open(int capacity, int width) {
    return new ToySession(this, capacity, width);
  }

  /** Logits after a context, straight from the table. */
  public void logits(int[] context, float[] out, int offset) {
    long key = 0;
    for (int i = Math.max(0, context.length - order); i < context.length; i++) {
      key = key * 31 + context[i] + 1;
    }
    for (int v = 0; v < vocab; v++) {
      double logit = spread * gaussian(seed, key, v) + noise * gaussian(seed + 1, key, v);
      out[offset + v] = (float) (v == 0 ? -30 : v == 1 ? logit + endBias : logit);
    }
  }

  private static double gaussian(long seed, long key, int v) {
    RandomStream random = new RandomStream(seed, key);
    double radius = Math.sqrt(-2 * Math.log(1 - random.uniform(v, 0)));
    return radius * Math.cos(2 * Math.PI * random.uniform(v, 1));
  }

  private record Letters(int vocabSize) implements Tokenizer {
    @Override
    public int[] encode(String text, boolean special) {
      int[] letters = text.chars().map(c -> c - 'a' + 2).toArray();
      if (Arrays.stream(letters).anyMatch(id -> id < 2 || id >= vocabSize)) {
        throw new UsageException("'%s' is not in the toy's letters".formatted(text));
      }
      if (!special) {
        return letters;
      }
      int[] ids = new int[letters.length + 1];
      System.arraycopy(letters, 0, ids, 1, letters.length);
      return ids;
    }

    @Override
    public String decode(int[] ids) {
      return Arrays.stream(ids)
          .filter(id -> id > 1)
          .mapToObj(this::piece)
          .collect(Collectors.joining());
    }

    @Override
    public String piece(int id) {
      return id == 0 ? "<begin>" : id == 1 ? "<end>" : String.valueOf((char) ('a' + id - 2));
    }

    @Override
    public OptionalInt begin() {
      return OptionalInt.of(0);
    }

    @Override
    public boolean isEnd(int id) {
      return id == 1;
    }

    @Override
    public OptionalInt end() {
      return OptionalInt.of(1);
    }
  }

  private static final class ToySession implements Session {
    private static final int UNWRITTEN = -1;
    private final ToyModel model;
    private final int[][] cache;
    private final int[] length;

    ToySession(ToyModel model, int capacity, int width) {
      if (capacity > model.config().contextLength()) {
        throw new IllegalArgumentException("capacity " + capacity);
      }
      this.model = model;
      cache = new int[width][capacity];
      length = new int[width];
      for (int[] row : cache) {
        Arrays.fill(row, UNWRITTEN);
      }
    }

    @Override
    public int capacity() {
      return cache.length == 0 ? 0 : cache[0].length;
    }

    @Override
    public int width() {
      return length.length;
    }

    @Override
    public int length(int sequence) {
      return length[sequence];
    }

    @Override
    public Logits forward(List<Run> runs) {
      int rows = runs.stream().mapToInt(r -> r.rows().length).sum();
      float[] values = new float[rows * model.vocab];
      if (runs.stream().map(Run::sequence).distinct().count() != runs.size()) {
        throw new IllegalArgumentException("two runs of one sequence");
      }
      int row = 0;
      for (Run run : runs) {
        int[] keys = cache[run.sequence()];
        boolean inTree =
            run.attention() instanceof Attention.Tree tree
                && tree.prefix() <= length[run.sequence()]
                && run.end() - tree.prefix() <= tree.parents().length;
        if ((run.first() > length[run.sequence()] && !inTree) || run.end() > keys.length) {
          throw new IllegalArgumentException(
              "run %d…%d, committed %d, capacity %d"
                  .formatted(run.first(), run.end(), length[run.sequence()], keys.length));
        }
        System.arraycopy(run.tokens(), 0, keys, run.first(), run.tokens().length);
        for (int r : run.rows()) {
          model.logits(seen(run, r), values, row++ * model.vocab);
        }
      }
      return new Logits(values, rows, model.vocab);
    }

    private int[] seen(Run run, int row) {
      int[] keys = cache[run.sequence()];
      if (!(run.attention() instanceof Attention.Tree tree)) {
        return Arrays.copyOf(keys, run.attention().visible(run.first() + row));
      }
      int last = run.first() - tree.prefix() + row;
      int[] context = Arrays.copyOf(keys, tree.prefix() + tree.depth(last) + 1);
      for (int node = last; node >= 0; node = tree.parents()[node]) {
        context[tree.prefix() + tree.depth(node)] = keys[tree.prefix() + node];
      }
      return context;
    }

    @Override
    public void commit(int sequence, int to) {
      if (to < length[sequence] || (to > 0 && cache[sequence][to - 1] == UNWRITTEN)) {
        throw new IllegalArgumentException("commit " + to + " of " + length[sequence]);
      }
      length[sequence] = to;
    }

    @Override
    public void truncate(int sequence, int to) {
      length[sequence] = Math.min(length[sequence], to);
      Arrays.fill(cache[sequence], length[sequence], capacity(), UNWRITTEN);
    }

    @Override
    public void commitPath(int sequence, int[] nodes) {
      int prefix = length[sequence];
      int[] keys = cache[sequence];
      int[] moved = Arrays.stream(nodes).map(node -> keys[prefix + node]).toArray();
      System.arraycopy(moved, 0, keys, prefix, moved.length);
      commit(sequence, prefix + moved.length);
    }

    @Override
    public void copy(int from, int to, int count) {
      if (count > length[from]) {
        throw new IllegalArgumentException("copy of " + count + " of " + length[from]);
      }
      truncate(to, 0);
      System.arraycopy(cache[from], 0, cache[to], 0, count);
      length[to] = count;
    }

    @Override
    public void close() {}
  }
}
