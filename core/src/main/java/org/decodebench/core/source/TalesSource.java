package org.decodebench.core.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * A small language of readable little stories, with a hero, a friend, a thing, a place and a mood
 * that come back later and must agree. It is a stochastic program over a few memory slots (the
 * grammar is the resource {@code tales.grammar}); a token always says which branch was taken, so
 * probabilities are exact and cheap. A text has at most {@link #maxLength} tokens, end token
 * included. Immutable and thread-safe.
 */
public final class TalesSource implements AnyOrderSource {
  private final String name;
  private final StoryProgram program;
  private final StoryEntropy.ToGo whole;
  private final StoryLattice lattice;

  public TalesSource() {
    this("tales", resource());
  }

  /** A source of another grammar. */
  TalesSource(String name, String grammar) {
    this.name = name;
    program = StoryCompiler.compile(grammar);
    whole = StoryEntropy.of(program);
    lattice = new StoryLattice(program);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public WordTokenizer tokenizer() {
    return program.tokenizer();
  }

  @Override
  public int vocabSize() {
    return tokenizer().vocabSize();
  }

  @Override
  public void next(int[] tokens, int length, double[] out) {
    after(tokens, length).distribution(out);
  }

  @Override
  public void conditionals(int[] canvas, double[][] out) {
    new StoryPosterior(lattice, canvas).marginals(out);
  }

  @Override
  public double logProbability(int[] tokens, int from, int to) {
    StoryCursor cursor = after(tokens, from);
    double sum = 0;
    for (int i = from; i < to && sum > Double.NEGATIVE_INFINITY; i++) {
      sum += Math.log(cursor.accept(tokens[i]));
    }
    return sum;
  }

  /** Position i uses the random number of (i, 0). */
  @Override
  public int[] sample(RandomStream random, int maxLength) {
    StoryCursor cursor = new StoryCursor(program);
    double[] p = new double[vocabSize()];
    int[] tokens = new int[maxLength];
    for (int i = 0; i < maxLength; i++) {
      cursor.distribution(p);
      tokens[i] = Categorical.draw(p, random.uniform(i, 0));
      cursor.accept(tokens[i]);
      if (tokens[i] == WordTokenizer.END) {
        return Arrays.copyOf(tokens, i + 1);
      }
    }
    return tokens;
  }

  /** Entropy of a text over its mean length, both exact, in nats a token. */
  @Override
  public double entropyRate() {
    return whole.nats() / whole.tokens();
  }

  /** Exact entropy of a text in nats. */
  public double textEntropy() {
    return whole.nats();
  }

  /** Exact mean length of a text in tokens, end token included. */
  public double meanLength() {
    return whole.tokens();
  }

  /** Length of the longest text in tokens, end token included. */
  public int maxLength() {
    return whole.most();
  }

  private StoryCursor after(int[] tokens, int length) {
    StoryCursor cursor = new StoryCursor(program);
    for (int i = 0; i < length; i++) {
      cursor.accept(tokens[i]);
    }
    return cursor;
  }

  private static String resource() {
    try (InputStream in = TalesSource.class.getResourceAsStream("tales.grammar")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
