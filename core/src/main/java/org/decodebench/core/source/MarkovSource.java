package org.decodebench.core.source;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * A Markov chain of any order over the words a, b, c, …, optionally with an end token: transitions
 * of probability zero allowed. Conditionals given any observed positions come from forward–backward
 * over tuples of the last {@code order} symbols. Immutable and thread-safe.
 *
 * <p>A <i>context</i> is such a tuple as a number in base {@code symbols}, the latest symbol its
 * lowest digit.
 */
public final class MarkovSource implements AnyOrderSource {
  /** More contexts than this would make the exact stationary distribution slow. */
  static final int MAX_CONTEXTS = 1024;

  private final String name;
  private final Alphabet alphabet;
  private final int order;
  private final double[][] transitions;
  private final double[] initial;
  private final double rate;

  private MarkovSource(
      String name, Alphabet alphabet, int order, double[][] transitions, double[] initial) {
    this.name = name;
    this.alphabet = alphabet;
    this.order = order;
    this.transitions = transitions;
    if (order < 1) {
      throw new IllegalArgumentException("order must be >= 1, is " + order);
    }
    int contexts = contexts(alphabet.size(), order);
    if (transitions.length != contexts) {
      throw new IllegalArgumentException(
          "needs %d rows of transitions, has %d".formatted(contexts, transitions.length));
    }
    for (double[] row : transitions) {
      Chains.check(row, alphabet.size(), "a row of transitions");
    }
    this.initial = initial == null ? Chains.stationary(step(transitions)) : initial;
    Chains.check(this.initial, contexts, "the initial distribution");
    rate = alphabet.ends() ? rateOfTexts() : rateOfProcess();
  }

  /**
   * A stationary process without an end.
   *
   * @param order at least 1
   * @param transitions {@code [symbols^order][symbols]}, rows by context
   * @throws IllegalArgumentException if these are no distributions, or the stationary one is not
   *     unique
   */
  public static MarkovSource stationary(String name, int order, double[][] transitions) {
    Alphabet alphabet = Alphabet.letters(transitions[0].length, false);
    return new MarkovSource(name, alphabet, order, transitions, null);
  }

  /** Independent, identically distributed symbols. */
  public static MarkovSource independent(String name, double[] p) {
    double[][] rows = new double[p.length][];
    Arrays.fill(rows, p);
    return stationary(name, 1, rows);
  }

  /**
   * A random stationary process whose rows are uniform on the simplex but for zeros. Every symbol
   * can be followed by the next one of the alphabet, so that there is one recurrent class.
   *
   * @param zeros probability of each other transition to be impossible
   */
  public static MarkovSource random(String name, int symbols, int order, double zeros, long seed) {
    return stationary(name, order, randomRows(symbols, order, zeros, seed));
  }

  /**
   * A random process as {@link #random}, stopped before any symbol after the first {@code order}
   * with probability {@code end}. Its texts end with the end token.
   */
  public static MarkovSource randomWithEnd(
      String name, int symbols, int order, double zeros, double end, long seed) {
    double[][] rows = randomRows(symbols, order, zeros, seed);
    double[] stationary = Chains.stationary(step(rows));
    int size = symbols + 1;
    int contexts = contexts(size, order);
    double[][] transitions = new double[contexts][size];
    double[] initial = new double[contexts];
    for (int c = 0; c < contexts; c++) {
      int inner = withoutEnd(c, symbols, order);
      if (inner < 0) {
        // After an end, in whatever place, only ends; contexts with an end inside never occur.
        transitions[c][symbols] = 1;
        continue;
      }
      initial[c] = stationary[inner];
      transitions[c][symbols] = end;
      for (int v = 0; v < symbols; v++) {
        transitions[c][v] = (1 - end) * rows[inner][v];
      }
    }
    return new MarkovSource(name, Alphabet.letters(symbols, true), order, transitions, initial);
  }

  /** The context over the alphabet without the end symbol, or -1 if it holds an end. */
  private static int withoutEnd(int context, int symbols, int order) {
    int inner = 0;
    for (int place = contexts(symbols + 1, order - 1); place > 0; place /= symbols + 1) {
      int symbol = context / place % (symbols + 1);
      if (symbol == symbols) {
        return -1;
      }
      inner = inner * symbols + symbol;
    }
    return inner;
  }

  private static double[][] randomRows(int symbols, int order, double zeros, long seed) {
    double[][] rows = new double[contexts(symbols, order)][];
    RandomStream random = new RandomStream(seed, 0);
    for (int c = 0; c < rows.length; c++) {
      rows[c] = Chains.random(random, c, symbols, zeros, (c + 1) % symbols);
    }
    return rows;
  }

  private static int contexts(int symbols, int order) {
    double contexts = Math.pow(symbols, order);
    if (contexts > MAX_CONTEXTS) {
      throw new IllegalArgumentException(
          "order %d over %d symbols: has more than %d contexts"
              .formatted(order, symbols, MAX_CONTEXTS));
    }
    return (int) contexts;
  }

  /** The chain over contexts. */
  private static double[][] step(double[][] transitions) {
    int contexts = transitions.length;
    int symbols = transitions[0].length;
    double[][] step = new double[contexts][contexts];
    for (int c = 0; c < contexts; c++) {
      for (int v = 0; v < symbols; v++) {
        step[c][(c * symbols + v) % contexts] += transitions[c][v];
      }
    }
    return step;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public WordTokenizer tokenizer() {
    return alphabet.tokenizer();
  }

  @Override
  public int vocabSize() {
    return tokenizer().vocabSize();
  }

  @Override
  public boolean hasEnd() {
    return alphabet.ends();
  }

  public int order() {
    return order;
  }

  @Override
  public double entropyRate() {
    return rate;
  }

  /** Exact entropy in nats of the first {@code length} tokens; {@code length >= order}. */
  public double blockEntropy(int length) {
    double[] state = initial;
    double h = Chains.entropy(initial);
    for (int i = order; i < length; i++) {
      for (int c = 0; c < state.length; c++) {
        h += state[c] * Chains.entropy(transitions[c]);
      }
      state = advance(state, AnyOrderSource.UNKNOWN);
    }
    return h;
  }

  @Override
  public void next(int[] tokens, int length, double[] out) {
    Arrays.fill(out, 0);
    int[] seen = alphabet.symbols(tokens, length);
    int context = seen == null ? -1 : context(seen);
    if (context < 0 && length >= order) {
      return;
    }
    if (length < order) {
      spreadInitial(seen, out);
      return;
    }
    for (int v = 0; v < alphabet.size(); v++) {
      out[alphabet.token(v)] = transitions[context][v];
    }
  }

  /** The context after a prefix of at least {@code order} symbols; -1 if impossible or shorter. */
  private int context(int[] seen) {
    int context = 0;
    double p = 1;
    for (int i = 0; i < seen.length && p > 0; i++) {
      p = i < order ? 1 : transitions[context][seen[i]];
      context = (context * alphabet.size() + seen[i]) % transitions.length;
      if (i == order - 1) {
        p = initial[context];
      }
    }
    return p > 0 && seen.length >= order ? context : -1;
  }

  /** Next token within the first {@code order}: what the initial distribution says. */
  private void spreadInitial(int[] seen, double[] out) {
    if (seen == null) {
      return;
    }
    int[] start = Arrays.copyOf(seen, order);
    Arrays.fill(start, seen.length, order, UNKNOWN);
    double[] state = observedStart(start);
    int place = contexts(alphabet.size(), order - 1 - seen.length);
    for (int c = 0; c < state.length; c++) {
      out[alphabet.token(c / place % alphabet.size())] += state[c];
    }
    Chains.scale(out);
  }

  @Override
  public void conditionals(int[] canvas, double[][] out) {
    for (double[] row : out) {
      Arrays.fill(row, 0);
    }
    // A canvas shorter than the order is one that goes on unobserved.
    int length = Math.max(order, canvas.length);
    int[] padded = Arrays.copyOf(canvas, length);
    Arrays.fill(padded, canvas.length, length, UNKNOWN);
    int[] seen = alphabet.symbols(padded, length);
    if (seen == null) {
      return;
    }
    int steps = length - order + 1;
    double[][] forward = new double[steps][];
    forward[0] = observedStart(seen);
    double mass = Chains.scale(forward[0]);
    for (int t = 1; t < steps && mass > 0; t++) {
      forward[t] = advance(forward[t - 1], seen[order - 1 + t]);
      mass = Chains.scale(forward[t]);
    }
    if (mass == 0) {
      return;
    }
    double[] backward = new double[transitions.length];
    Arrays.fill(backward, 1);
    for (int t = steps - 1; t >= 0; t--) {
      double[] posterior = forward[t];
      for (int c = 0; c < posterior.length; c++) {
        posterior[c] *= backward[c];
      }
      Chains.scale(posterior);
      // The last position's state also tells the start, where no state ends.
      for (int back = 0; back < (t == 0 ? order : 1); back++) {
        int position = t + order - 1 - back;
        if (position < canvas.length) {
          addDigit(posterior, back, out[position]);
        }
      }
      if (t > 0) {
        backward = retreat(backward, seen[order - 1 + t]);
        Chains.scale(backward);
      }
    }
  }

  private void addDigit(double[] posterior, int back, double[] out) {
    int place = contexts(alphabet.size(), back);
    for (int c = 0; c < posterior.length; c++) {
      out[alphabet.token(c / place % alphabet.size())] += posterior[c];
    }
  }

  /** The initial distribution where the first {@code order} symbols agree; not normalised. */
  private double[] observedStart(int[] seen) {
    double[] state = initial.clone();
    for (int c = 0; c < state.length; c++) {
      int rest = c;
      for (int i = order - 1; i >= 0; i--) {
        if (seen[i] != UNKNOWN && seen[i] != rest % alphabet.size()) {
          state[c] = 0;
        }
        rest /= alphabet.size();
      }
    }
    return state;
  }

  /** One step on, the new symbol observed or not; not normalised. */
  private double[] advance(double[] state, int seen) {
    double[] next = new double[state.length];
    int size = alphabet.size();
    for (int c = 0; c < state.length; c++) {
      for (int v = 0; v < size && state[c] > 0; v++) {
        if (seen == UNKNOWN || seen == v) {
          next[(c * size + v) % state.length] += state[c] * transitions[c][v];
        }
      }
    }
    return next;
  }

  /** Probability of what is observed after each context, up to a factor. */
  private double[] retreat(double[] later, int seen) {
    double[] before = new double[later.length];
    int size = alphabet.size();
    for (int c = 0; c < later.length; c++) {
      for (int v = 0; v < size; v++) {
        if (seen == UNKNOWN || seen == v) {
          before[c] += transitions[c][v] * later[(c * size + v) % later.length];
        }
      }
    }
    return before;
  }

  private double rateOfProcess() {
    // The initial distribution is the stationary one.
    double h = 0;
    for (int c = 0; c < transitions.length; c++) {
      h += initial[c] * Chains.entropy(transitions[c]);
    }
    return h;
  }

  /** Entropy over mean length, both from the expected number of visits of each live context. */
  private double rateOfTexts() {
    int n = transitions.length;
    int end = alphabet.words();
    double[][] step = step(transitions);
    double[][] a = new double[n][n];
    double[] visits = initial.clone();
    for (int i = 0; i < n; i++) {
      a[i][i] = 1;
      boolean live = withoutEnd(i, end, order) >= 0;
      for (int j = 0; j < n; j++) {
        a[j][i] -= live ? step[i][j] : 0;
      }
    }
    visits = Chains.solve(a, visits);
    double h = Chains.entropy(initial);
    double length = order;
    for (int c = 0; c < n; c++) {
      if (withoutEnd(c, end, order) >= 0) {
        h += visits[c] * Chains.entropy(transitions[c]);
        length += visits[c];
      }
    }
    return h / length;
  }
}
