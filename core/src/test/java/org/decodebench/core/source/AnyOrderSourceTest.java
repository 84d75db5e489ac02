package org.decodebench.core.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Markov and hidden Markov sources against enumeration. */
class AnyOrderSourceTest {
  private static final int LENGTH = 5;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "markov:symbols=4,zeros=0",
        "markov:symbols=4",
        "markov:symbols=3,order=2",
        "markov:symbols=2,order=3,zeros=0.3",
        "markov:symbols=2,order=7,zeros=0.3",
        "markov:symbols=3,end=0.3",
        "markov:symbols=2,order=2,end=0.2",
        "hmm:states=3,symbols=4",
        "hmm:states=2,symbols=3,zeros=0.5"
      })
  void conditionalsAgreeWithEnumeration(String spec) {
    AnyOrderSource source = (AnyOrderSource) Sources.byName(spec);
    Enumeration all = new Enumeration(source, LENGTH);
    assertEquals(1, Arrays.stream(all.table()).sum(), 1e-12);
    RandomStream random = new RandomStream(5, 0);
    int impossible = 0;
    for (int trial = 0; trial < 300; trial++) {
      int[] canvas = randomCanvas(source, random, trial);
      double[][] expected = all.conditionals(canvas, source.vocabSize());
      double[][] actual = new double[LENGTH][source.vocabSize()];
      source.conditionals(canvas, actual);
      for (int i = 0; i < LENGTH; i++) {
        assertArrayEquals(expected[i], actual[i], 1e-12, Arrays.toString(canvas));
      }
      impossible += Arrays.stream(actual[0]).sum() == 0 ? 1 : 0;
    }
    assertTrue(impossible < 300);
  }

  /** Half of the canvases hide positions of a sample, the others hold arbitrary tokens. */
  private static int[] randomCanvas(Source source, RandomStream random, int trial) {
    int[] canvas = new int[LENGTH];
    int[] sample = source.sample(new RandomStream(9, trial), LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      boolean hidden = random.uniform(trial, i) < 0.5;
      int any = (int) (random.uniform(trial, 100 + i) * source.vocabSize());
      int token = trial % 2 == 1 ? any : i < sample.length ? sample[i] : WordTokenizer.END;
      canvas[i] = hidden ? AnyOrderSource.UNKNOWN : token;
    }
    return canvas;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"markov:symbols=3,order=2", "markov:symbols=3,end=0.3", "hmm:states=3,symbols=3"})
  void samplesFollowTheProbabilities(String spec) {
    Source source = Sources.byName(spec);
    Enumeration all = new Enumeration(source, 4);
    long[] counts = new long[all.sequences.size()];
    for (int i = 0; i < 20_000; i++) {
      int[] sample = source.sample(new RandomStream(21, i), 4);
      int[] filled = Arrays.copyOf(sample, 4);
      Arrays.fill(filled, sample.length, 4, WordTokenizer.END);
      counts[all.indexOf(filled)]++;
      assertEquals(!source.hasEnd() || endsIn(sample), source.isValid(sample));
    }
    assertTrue(ChiSquare.tail(all.table(), counts) > 0.001);
  }

  private static boolean endsIn(int[] tokens) {
    return tokens[tokens.length - 1] == WordTokenizer.END;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void entropyRateOfAMarkovChainIsTheGrowthOfItsBlockEntropy(int order) {
    MarkovSource source = (MarkovSource) Sources.byName("markov:symbols=3,order=" + order);
    double longer = Chains.entropy(new Enumeration(source, 6).table());
    double shorter = Chains.entropy(new Enumeration(source, 5).table());
    assertEquals(longer - shorter, source.entropyRate(), 1e-10);
    assertEquals(longer, source.blockEntropy(6), 1e-10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"markov:symbols=4,end=0.2", "markov:symbols=3,order=2,end=0.1"})
  void entropyRateOfEndingTextsAgreesWithMonteCarlo(String spec) {
    Source source = Sources.byName(spec);
    int n = 5000;
    double[] excess = new double[n];
    double length = 0;
    for (int i = 0; i < n; i++) {
      int[] text = source.sample(new RandomStream(2, i), 500);
      assertTrue(endsIn(text) && source.isValid(text));
      // The mean of this is zero exactly if the rate is entropy over mean length.
      excess[i] = -source.logProbability(text, 0, text.length) - source.entropyRate() * text.length;
      length += text.length;
    }
    double mean = Arrays.stream(excess).average().orElseThrow();
    double variance = Arrays.stream(excess).map(x -> (x - mean) * (x - mean)).sum() / n;
    assertEquals(0, mean, 4 * Math.sqrt(variance / n));
    assertTrue(Math.sqrt(variance / n) / (length / n) < 0.02, "sharp enough to notice an error");
  }

  @Test
  void entropyBracketOfAHiddenMarkovSourceClosesFromBothSides() {
    HiddenMarkovSource source = (HiddenMarkovSource) Sources.byName("hmm:states=3,symbols=3");
    assertEquals(Chains.entropy(new Enumeration(source, 5).table()), source.blockEntropy(5), 1e-10);
    HiddenMarkovSource.EntropyBracket before = source.entropyBracket(1);
    for (int depth = 2; depth <= 7; depth++) {
      HiddenMarkovSource.EntropyBracket now = source.entropyBracket(depth);
      assertTrue(now.lower() <= now.upper());
      assertTrue(now.lower() >= before.lower() - 1e-12 && now.upper() <= before.upper() + 1e-12);
      before = now;
    }
    assertEquals(source.blockEntropy(7) - source.blockEntropy(6), before.upper(), 1e-10);
    assertTrue(before.upper() - before.lower() < 0.01);
    assertTrue(source.entropyRate() > before.lower() && source.entropyRate() < before.upper());
  }

  @Test
  void aHiddenMarkovSourceThatShowsItsStatesIsAMarkovSource() {
    double[][] rows = {{0.5, 0.5, 0}, {0.1, 0.2, 0.7}, {0.25, 0.25, 0.5}};
    double[][] identity = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    HiddenMarkovSource hidden = new HiddenMarkovSource("hidden", rows, identity);
    MarkovSource open = MarkovSource.stationary("open", 1, rows);
    assertEquals(open.entropyRate(), hidden.entropyRate(), 1e-10);
    assertArrayEquals(new Enumeration(open, 4).table(), new Enumeration(hidden, 4).table(), 1e-12);
  }

  @Test
  void impossibleTextsHaveNoProbability() {
    Source source = MarkovSource.stationary("swap", 1, new double[][] {{0, 1}, {1, 0}});
    WordTokenizer words = (WordTokenizer) source.tokenizer();
    assertTrue(source.isValid(words.encode("a b a b", false)));
    assertEquals(Math.log(0.5), source.logProbability(words.encode("a b a", false), 0, 3), 1e-12);
    assertFalse(source.isValid(words.encode("a a", false)));
    assertFalse(source.isValid(new int[] {WordTokenizer.MASK}));
    assertFalse(source.isValid(new int[] {WordTokenizer.END}));
    double[] p = new double[source.vocabSize()];
    source.next(words.encode("a a", false), 2, p);
    assertEquals(0, Arrays.stream(p).sum());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nosuch",
        "tales:seed=1",
        "markov:symbols",
        "markov:symbols=1",
        "markov:symbols=2.5",
        "markov:colour=2",
        "markov:symbols=26,order=5",
        "markov:zeros=1",
        "hmm:states=x"
      })
  void aWrongSpellingGivesOneHelpfulLine(String spec) {
    UsageException e = assertThrows(UsageException.class, () -> Sources.byName(spec));
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void matricesThatAreNoDistributionsAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> MarkovSource.stationary("x", 1, new double[][] {{0.5, 0.4}, {1, 0}}));
    assertThrows(
        IllegalArgumentException.class,
        () -> MarkovSource.stationary("x", 1, new double[][] {{1, 0}, {0, 1}}));
    assertThrows(
        IllegalArgumentException.class,
        () -> MarkovSource.stationary("x", 2, new double[][] {{0.5, 0.5}, {1, 0}}));
  }
}
