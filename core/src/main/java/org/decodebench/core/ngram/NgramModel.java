package org.decodebench.core.ngram;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * An interpolated Kneser–Ney n-gram model: the reference point that every network must beat, and a
 * drafter that costs next to nothing.
 */
public final class NgramModel implements LanguageModel {
  /** Highest order on offer: beyond it tables of small texts only grow. */
  public static final int MOST_ORDER = 12;

  /** Logits that are kept, 64 MiB. */
  private static final int MOST_FLOATS = 1 << 24;

  private static final int CONTEXT_LENGTH = 1 << 16;

  private final String name;
  private final Tokenizer tokenizer;
  private final ModelConfig config;
  private final int order;
  private final KneserNey table;

  /** Logits by state of the table, as they were asked for. */
  private final Map<Integer, float[]> rows = new ConcurrentHashMap<>();

  /**
   * Counts the texts.
   *
   * @param texts token ids, each with its begin token where the tokenizer has one
   * @param order most tokens of an n-gram: one predicted, the rest context
   * @param vocab size of a row of logits, at least the tokenizer's
   * @throws UsageException for an order out of range, or nothing to count
   */
  public NgramModel(String name, List<int[]> texts, int order, int vocab, Tokenizer tokenizer) {
    if (order < 1 || order > MOST_ORDER) {
      throw new UsageException(
          "%s: the order of an n-gram model is from 1 to %d".formatted(name, MOST_ORDER));
    }
    if (texts.stream().allMatch(text -> text.length < 2)) {
      throw new UsageException("%s: there is no text to count".formatted(name));
    }
    this.name = name;
    this.tokenizer = tokenizer;
    this.order = order;
    table = new KneserNey(texts, order, vocab, tokenizer.begin().orElse(-1));
    config =
        new ModelConfig(
            "n-gram",
            vocab,
            0,
            0,
            0,
            0,
            0,
            0,
            CONTEXT_LENGTH,
            ModelConfig.Norm.RMS,
            0,
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
  public String name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  public int order() {
    return order;
  }

  /** Number of n-grams in the table, of all orders. */
  public int size() {
    return table.size();
  }

  /** Distribution of the token after a context, as {@code double[vocab]}. */
  public double[] next(int[] context) {
    double[] p = new double[config.vocabSize()];
    table.next(table.state(context), p);
    return p;
  }

  /**
   * The same as logarithms, {@code float[vocab]}, not to be changed: a text comes back to few of
   * the contexts, so what was worked out for one is kept.
   */
  float[] logits(int[] context) {
    int state = table.state(context);
    float[] known = rows.get(state);
    if (known != null) {
      return known;
    }
    double[] p = new double[config.vocabSize()];
    table.next(state, p);
    float[] row = new float[p.length];
    for (int v = 0; v < row.length; v++) {
      row[v] = (float) Math.log(p[v]);
    }
    if (rows.size() < MOST_FLOATS / row.length) {
      rows.put(state, row);
    }
    return row;
  }

  @Override
  public Session open(int capacity, int width) {
    return new NgramSession(this, capacity, width);
  }
}
