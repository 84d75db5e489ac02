package org.decodebench.core.source;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * A stationary hidden Markov process over the words a, b, c, …; without an end. Conditionals by
 * forward–backward. Immutable and thread-safe.
 *
 * <p>The entropy rate of such a process has no closed form. {@link #entropyBracket} encloses it
 * rigorously; {@link #entropyRate} is the middle of the enclosure at a fixed depth.
 */
public final class HiddenMarkovSource implements AnyOrderSource {
  /** About how many multiplications the bracket may cost. */
  private static final double BRACKET_BUDGET = 1e7;

  private final String name;
  private final Alphabet alphabet;
  private final double[] initial;
  private final double[][] transitions;
  private final double[][] emissions;
  private final EntropyBracket bracket;

  /**
   * An enclosure of the entropy rate, in nats a token: {@code lower = H(Xₙ | X₁…Xₙ₋₁, S₁) <= rate
   * <= H(Xₙ | X₁…Xₙ₋₁) = upper} with {@code n = depth} (Cover and Thomas, Elements of Information
   * Theory, 4.5).
   */
  public record EntropyBracket(double lower, double upper, int depth) {}

  /**
   * @param transitions {@code [states][states]}, with one recurrent class
   * @param emissions {@code [states][symbols]}
   * @throws IllegalArgumentException if these are no distributions, or the stationary one is not
   *     unique
   */
  public HiddenMarkovSource(String name, double[][] transitions, double[][] emissions) {
    this.name = name;
    this.transitions = transitions;
    this.emissions = emissions;
    int states = transitions.length;
    alphabet = Alphabet.letters(emissions[0].length, false);
    if (emissions.length != states) {
      throw new IllegalArgumentException("needs one row of emissions a state");
    }
    for (int s = 0; s < states; s++) {
      Chains.check(transitions[s], states, "a row of transitions");
      Chains.check(emissions[s], alphabet.size(), "a row of emissions");
    }
    initial = Chains.stationary(transitions);
    int depth = 1;
    while (Math.pow(alphabet.size(), depth) * Math.pow(states, 3) <= BRACKET_BUDGET) {
      depth++;
    }
    bracket = entropyBracket(depth);
  }

  /**
   * A random process: rows uniform on the simplex but for zeros. Every state can be followed by the
   * next one, and emits the symbol of its own number (modulo the symbols).
   *
   * @param zeros probability of each other transition and emission to be impossible
   */
  public static HiddenMarkovSource random(
      String name, int states, int symbols, double zeros, long seed) {
    double[][] transitions = new double[states][];
    double[][] emissions = new double[states][];
    for (int s = 0; s < states; s++) {
      transitions[s] = Chains.random(new RandomStream(seed, 0), s, states, zeros, (s + 1) % states);
      emissions[s] = Chains.random(new RandomStream(seed, 1), s, symbols, zeros, s % symbols);
    }
    return new HiddenMarkovSource(name, transitions, emissions);
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
    return false;
  }

  /** Middle of {@link #entropyBracket()}; its error is at most half the bracket's width. */
  @Override
  public double entropyRate() {
    return (bracket.lower() + bracket.upper()) / 2;
  }

  /** The enclosure that {@link #entropyRate} is the middle of. */
  public EntropyBracket entropyBracket() {
    return bracket;
  }

  /** The enclosure at a depth, at least 1; enumerates {@code symbols^(depth-1)} sequences. */
  public EntropyBracket entropyBracket(int depth) {
    double lower = 0;
    for (int s = 0; s < initial.length; s++) {
      double[] start = new double[initial.length];
      start[s] = initial[s];
      lower += lastEntropy(start, depth);
    }
    return new EntropyBracket(lower, lastEntropy(initial, depth), depth);
  }

  /**
   * Entropy of the last of {@code length} more tokens given the others, times the probability of
   * what was emitted so far.
   *
   * @param state joint probability of what was emitted and of each state before the next emission
   */
  private double lastEntropy(double[] state, int length) {
    double h = 0;
    if (length == 1) {
      double[] p = new double[alphabet.size()];
      for (int v = 0; v < p.length; v++) {
        p[v] = Arrays.stream(emit(state, v)).sum();
      }
      double mass = Chains.scale(p);
      return mass * Chains.entropy(p);
    }
    for (int v = 0; v < alphabet.size(); v++) {
      double[] emitted = emit(state, v);
      if (Arrays.stream(emitted).sum() > 0) {
        h += lastEntropy(advance(emitted), length - 1);
      }
    }
    return h;
  }

  /**
   * Exact entropy in nats of {@code length} tokens; enumerates {@code symbols^length} sequences.
   */
  public double blockEntropy(int length) {
    return entropyFrom(initial, length);
  }

  /**
   * @param state joint probability of what was emitted and of each state before emission
   */
  private double entropyFrom(double[] state, int length) {
    double p = Arrays.stream(state).sum();
    if (length == 0 || p == 0) {
      return p == 0 ? 0 : -p * Math.log(p);
    }
    double h = 0;
    for (int v = 0; v < alphabet.size(); v++) {
      h += entropyFrom(advance(emit(state, v)), length - 1);
    }
    return h;
  }

  @Override
  public void next(int[] tokens, int length, double[] out) {
    Arrays.fill(out, 0);
    int[] seen = alphabet.symbols(tokens, length);
    if (seen == null) {
      return;
    }
    double[] state = initial;
    for (int i = 0; i < length; i++) {
      state = advance(emit(state, seen[i]));
      Chains.scale(state);
    }
    for (int v = 0; v < alphabet.size(); v++) {
      for (int s = 0; s < state.length; s++) {
        out[alphabet.token(v)] += state[s] * emissions[s][v];
      }
    }
  }

  @Override
  public void conditionals(int[] canvas, double[][] out) {
    for (double[] row : out) {
      Arrays.fill(row, 0);
    }
    int n = canvas.length;
    int[] seen = alphabet.symbols(canvas, n);
    if (seen == null || n == 0) {
      return;
    }
    // forward[i]: state at i given what is observed before i.
    double[][] forward = new double[n][];
    forward[0] = initial;
    double mass = 1;
    for (int i = 1; i < n && mass > 0; i++) {
      forward[i] = advance(emit(forward[i - 1], seen[i - 1]));
      mass = Chains.scale(forward[i]);
    }
    if (mass == 0 || Arrays.stream(emit(forward[n - 1], seen[n - 1])).sum() == 0) {
      return;
    }
    double[] backward = new double[initial.length];
    Arrays.fill(backward, 1);
    for (int i = n - 1; i >= 0; i--) {
      for (int s = 0; s < backward.length; s++) {
        for (int v = 0; v < alphabet.size(); v++) {
          if (seen[i] == UNKNOWN || seen[i] == v) {
            out[i][alphabet.token(v)] += forward[i][s] * backward[s] * emissions[s][v];
          }
        }
      }
      Chains.scale(out[i]);
      backward = retreat(emit(backward, seen[i]));
      Chains.scale(backward);
    }
  }

  /** Each state's mass times the probability that it emits what is observed. */
  private double[] emit(double[] state, int seen) {
    double[] next = state.clone();
    for (int s = 0; s < state.length && seen != UNKNOWN; s++) {
      next[s] *= emissions[s][seen];
    }
    return next;
  }

  private double[] advance(double[] state) {
    double[] next = new double[state.length];
    for (int s = 0; s < state.length; s++) {
      for (int t = 0; t < state.length; t++) {
        next[t] += state[s] * transitions[s][t];
      }
    }
    return next;
  }

  private double[] retreat(double[] later) {
    double[] before = new double[later.length];
    for (int s = 0; s < before.length; s++) {
      for (int t = 0; t < before.length; t++) {
        before[s] += transitions[s][t] * later[t];
      }
    }
    return before;
  }
}
