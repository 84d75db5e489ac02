package org.decodebench.core.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle's sessions against the source itself and against enumeration. */
class OracleModelTest {
  private static final int TEXT = 5;
  private static final int CANVAS = TEXT + 1;
  private static final String[] NAMES = {"markov:symbols=3,order=2", "hmm:states=3,symbols=3"};
  private static final double TOLERANCE = 1e-6;

  private static AnyOrderSource source(String name) {
    return (AnyOrderSource) Sources.byName(name);
  }

  private static int[] withBegin(int[] text) {
    int[] canvas = new int[text.length + 1];
    canvas[0] = WordTokenizer.BEGIN;
    System.arraycopy(text, 0, canvas, 1, text.length);
    return canvas;
  }

  private static int[] sample(Source source, int stream) {
    return withBegin(source.sample(new RandomStream(17, stream), TEXT));
  }

  /** A sample with about half of its positions masked, never the begin token. */
  private static int[] maskedCanvas(Source source, int stream) {
    int[] canvas = sample(source, stream);
    for (int i = 1; i < canvas.length; i++) {
      if (new RandomStream(18, stream).uniform(i, 0) < 0.5) {
        canvas[i] = WordTokenizer.MASK;
      }
    }
    return canvas;
  }

  private static double[] row(Logits logits, int row) {
    double[] p = new double[logits.vocab()];
    for (int v = 0; v < p.length; v++) {
      p[v] = Math.exp(logits.get(row, v));
    }
    return p;
  }

  /** What a row should say that sees the first {@code visible} positions. */
  private static double[] expected(
      Enumeration all, int[] canvas, int visible, int target, int vocab) {
    if (target == 0) {
      double[] begin = new double[vocab];
      begin[WordTokenizer.BEGIN] = 1;
      return begin;
    }
    int[] text = new int[all.sequences.getFirst().length];
    Arrays.fill(text, AnyOrderSource.UNKNOWN);
    for (int i = 1; i < visible; i++) {
      text[i - 1] = canvas[i] == WordTokenizer.MASK ? AnyOrderSource.UNKNOWN : canvas[i];
    }
    return all.conditionals(text, vocab)[target - 1];
  }

  private static void check(
      AnyOrderSource source, Enumeration all, int[] canvas, Run run, Logits logits, int shift) {
    for (int r = 0; r < run.rows().length; r++) {
      int position = run.first() + run.rows()[r];
      int visible = run.attention().visible(position);
      assertArrayEquals(
          expected(all, canvas, visible, position + shift, source.vocabSize()),
          row(logits, r),
          TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tales", "markov:symbols=3,order=2", "markov:symbols=3,end=0.3", "hmm"})
  void autoregressiveRowsAreTheSourcesNextTokenAtOnceAndStepByStep(String name) {
    Source source = Sources.byName(name);
    try (LanguageModel model = OracleModel.autoregressive(source);
        Session whole = model.open(96, 1);
        Session steps = model.open(96, 1)) {
      int[] text = source.sample(new RandomStream(4, 0), 90);
      int[] tokens = withBegin(text);
      Logits all = whole.forward(tokens, 0, Attention.CAUSAL, Run.all(tokens.length));
      double[] next = new double[source.vocabSize()];
      for (int i = 0; i < tokens.length; i++) {
        source.next(text, i, next);
        assertArrayEquals(next, row(all, i), TOLERANCE);
        Logits one = steps.forward(new int[] {tokens[i]}, i, Attention.CAUSAL, Run.last(1));
        steps.commit(0, i + 1);
        assertArrayEquals(
            Arrays.copyOfRange(all.values(), all.offset(i), all.offset(i + 1)),
            Arrays.copyOf(one.values(), one.vocab()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void bidirectionalRowsAreConditionalsGivenAllObservedPositions(int shift) {
    for (String name : NAMES) {
      AnyOrderSource source = source(name);
      Enumeration all = new Enumeration(source, CANVAS);
      Session session = OracleModel.diffusion(source, shift).open(CANVAS, 1);
      for (int trial = 0; trial < 30; trial++) {
        int[] canvas = maskedCanvas(source, trial);
        Run run = new Run(0, canvas, 0, new Attention.Bidirectional(CANVAS), Run.all(CANVAS));
        check(source, all, canvas, run, session.forward(List.of(run)), shift);
      }
    }
  }

  @Test
  void aPartOfACanvasMayBeEvaluatedAgainWithTheRestFromTheCache() {
    AnyOrderSource source = source(NAMES[0]);
    Enumeration all = new Enumeration(source, CANVAS);
    Session session = OracleModel.diffusion(source).open(CANVAS, 1);
    Attention attention = new Attention.Bidirectional(CANVAS);
    for (int trial = 0; trial < 30; trial++) {
      int[] canvas = maskedCanvas(source, trial);
      int[] clean = sample(source, trial);
      session.forward(canvas, 0, attention, Run.none());
      canvas[2] = clean[2];
      canvas[3] = clean[3];
      Run part = new Run(0, Arrays.copyOfRange(canvas, 2, 5), 2, attention, new int[] {0, 2});
      check(source, all, canvas, part, session.forward(List.of(part)), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 8})
  void blockCausalRowsMarginaliseLaterBlocksWithAndWithoutCache(int block) {
    for (String name : NAMES) {
      AnyOrderSource source = source(name);
      Enumeration all = new Enumeration(source, CANVAS);
      LanguageModel model = OracleModel.diffusion(source);
      Attention attention = new Attention.BlockCausal(block, CANVAS);
      for (int trial = 0; trial < 20; trial++) {
        int[] canvas = maskedCanvas(source, trial);
        Session whole = model.open(CANVAS, 1);
        Run run = new Run(0, canvas, 0, attention, Run.all(CANVAS));
        Logits at = whole.forward(List.of(run));
        check(source, all, canvas, run, at, 0);
        Session cached = model.open(CANVAS, 1);
        for (int first = 0; first < CANVAS; first += block) {
          int[] tokens = Arrays.copyOfRange(canvas, first, Math.min(first + block, CANVAS));
          Logits part = cached.forward(tokens, first, attention, Run.all(tokens.length));
          cached.commit(0, first + tokens.length);
          assertArrayEquals(
              Arrays.copyOfRange(at.values(), at.offset(first), at.offset(first + tokens.length)),
              Arrays.copyOf(part.values(), part.offset(tokens.length)));
        }
      }
    }
  }

  @Test
  void revealingOnePositionAStepInAnyOrderMultipliesToTheJointProbability() {
    for (String name : NAMES) {
      AnyOrderSource source = source(name);
      Session session = OracleModel.diffusion(source).open(CANVAS, 1);
      for (int trial = 0; trial < 40; trial++) {
        int[] clean = sample(source, trial);
        int[] canvas = clean.clone();
        Arrays.fill(canvas, 1, CANVAS, WordTokenizer.MASK);
        double logProbability = 0;
        for (int position : shuffled(trial)) {
          Logits logits =
              session.forward(canvas, 0, new Attention.Bidirectional(CANVAS), new int[] {position});
          logProbability += logits.get(0, clean[position]);
          canvas[position] = clean[position];
        }
        int[] text = Arrays.copyOfRange(clean, 1, CANVAS);
        assertEquals(source.logProbability(text, 0, TEXT), logProbability, 1e-5);
      }
    }
  }

  private static int[] shuffled(int trial) {
    int[] order = {1, 2, 3, 4, 5};
    for (int i = order.length - 1; i > 0; i--) {
      int j = (int) (new RandomStream(19, trial).uniform(i, 0) * (i + 1));
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  @Test
  void treeNodesAnswerForTheirOwnPathAndAKeptPathGoesOn() {
    Source source = source(NAMES[0]);
    Session session = OracleModel.autoregressive(source).open(12, 1);
    int[] prompt = withBegin(new int[] {3, 4});
    session.forward(prompt, 0, Attention.CAUSAL, Run.none());
    session.commit(0, 3);
    // Two children of the prompt, with one and two children.
    int[] nodes = {3, 5, 4, 3, 5};
    int[] parents = {-1, -1, 0, 1, 1};
    int[][] paths = {{3}, {5}, {3, 4}, {5, 3}, {5, 5}};
    Attention.Tree tree = new Attention.Tree(3, parents);
    Logits logits = session.forward(nodes, 3, tree, Run.all(5));
    double[] next = new double[source.vocabSize()];
    for (int j = 0; j < nodes.length; j++) {
      int[] text = new int[2 + paths[j].length];
      text[0] = 3;
      text[1] = 4;
      System.arraycopy(paths[j], 0, text, 2, paths[j].length);
      if (source.logProbability(text, 0, text.length) > Double.NEGATIVE_INFINITY) {
        source.next(text, text.length, next);
        assertArrayEquals(next, row(logits, j), TOLERANCE);
      }
    }
    session.commitPath(0, new int[] {1, 4});
    assertEquals(5, session.length(0));
    source.next(new int[] {3, 4, 5, 5, 3}, 5, next);
    Logits after = session.forward(new int[] {3}, 5, Attention.CAUSAL, Run.last(1));
    assertTrue(Arrays.stream(next).sum() > 0);
    assertArrayEquals(next, row(after, 0), TOLERANCE);
  }

  @Test
  void sequencesOfABatchDoNotTouchEachOther() {
    AnyOrderSource source = source(NAMES[1]);
    LanguageModel model = OracleModel.diffusion(source);
    Session batch = model.open(CANVAS, 3);
    Attention attention = new Attention.Bidirectional(CANVAS);
    List<Run> runs =
        java.util.stream.IntStream.of(2, 0, 1)
            .mapToObj(s -> new Run(s, maskedCanvas(source, s), 0, attention, new int[] {1, 4}))
            .toList();
    Logits together = batch.forward(runs);
    float[] values = together.values().clone();
    for (int r = 0; r < runs.size(); r++) {
      Run run = runs.get(r);
      Logits alone = model.open(CANVAS, 1).forward(run.tokens(), 0, attention, Run.all(CANVAS));
      for (int i = 0; i < 2; i++) {
        int row = run.rows()[i];
        assertArrayEquals(
            Arrays.copyOfRange(alone.values(), alone.offset(row), alone.offset(row + 1)),
            Arrays.copyOfRange(values, together.offset(2 * r + i), together.offset(2 * r + i + 1)));
      }
    }
  }

  @Test
  void truncatedDraftsAreForgottenAndCopiesShareThePrefix() {
    Source source = source(NAMES[0]);
    Session session = OracleModel.autoregressive(source).open(8, 2);
    int[] prompt = withBegin(new int[] {3, 4});
    session.forward(prompt, 0, Attention.CAUSAL, Run.none());
    session.commit(0, 3);
    float[] first =
        session.forward(new int[] {3}, 3, Attention.CAUSAL, Run.last(1)).values().clone();
    session.forward(new int[] {5, 5}, 3, Attention.CAUSAL, Run.none());
    session.truncate(0, 3);
    session.copy(0, 1, 3);
    for (int sequence = 0; sequence < 2; sequence++) {
      Run run = new Run(sequence, new int[] {3}, 3, Attention.CAUSAL, Run.last(1));
      assertArrayEquals(first, session.forward(List.of(run)).values());
    }
    assertThrows(IllegalArgumentException.class, () -> session.commit(0, 5));
  }

  @Test
  void whatIsImpossibleIsAnsweredUniformlyOverWhatTheSourceEmits() {
    MarkovSource swap = MarkovSource.stationary("swap", 1, new double[][] {{0, 1}, {1, 0}});
    int[] canvas = {WordTokenizer.BEGIN, 3, 3, WordTokenizer.MASK};
    Logits logits =
        OracleModel.diffusion(swap)
            .open(4, 1)
            .forward(canvas, 0, new Attention.Bidirectional(4), new int[] {2, 3});
    assertArrayEquals(new double[] {0, 0, 0, 1, 0}, row(logits, 0), TOLERANCE);
    assertArrayEquals(new double[] {0, 0, 0, 0.5, 0.5}, row(logits, 1), TOLERANCE);
    Source ending = Sources.byName("markov:symbols=3,end=0.3");
    int[] afterEnd = {WordTokenizer.BEGIN, WordTokenizer.END, 3};
    Logits next =
        OracleModel.autoregressive(ending)
            .open(4, 1)
            .forward(afterEnd, 0, Attention.CAUSAL, Run.last(3));
    assertArrayEquals(new double[] {0, 0.25, 0, 0.25, 0.25, 0.25}, row(next, 0), TOLERANCE);
  }

  @Test
  void breachesOfTheContractAreRefused() {
    Session session = OracleModel.autoregressive(source(NAMES[0])).open(4, 1);
    int[] one = {WordTokenizer.BEGIN};
    refused(() -> session.forward(new int[5], 0, Attention.CAUSAL, Run.none()));
    refused(() -> session.forward(new int[] {3}, 0, Attention.CAUSAL, Run.last(1)));
    refused(() -> session.forward(new int[] {3}, 1, Attention.CAUSAL, Run.last(1)));
    refused(() -> session.forward(one, 0, new Attention.Bidirectional(3), Run.last(1)));
    refused(() -> session.forward(one, 0, new Attention.BlockCausal(2, 4), Run.last(1)));
    Run run = new Run(0, one, 0, Attention.CAUSAL, Run.none());
    refused(() -> session.forward(List.of(run, run)));
    refused(() -> session.commit(0, 3));
    session.forward(List.of(run));
    session.commit(0, 1);
    refused(() -> session.commit(0, 0));
    refused(() -> session.copy(0, 0, 2));
    Session forwards = OracleModel.autoregressive(new LeftToRight(source(NAMES[0]))).open(4, 1);
    refused(
        () -> forwards.forward(new int[4], 0, new Attention.Bidirectional(4), new int[] {0, 1, 2}));
    refused(() -> OracleModel.autoregressive(Sources.byName("tales")).open(5000, 1));
  }

  /** Hides that a source knows more. */
  private record LeftToRight(Source source) implements Source {
    @Override
    public String name() {
      return source.name();
    }

    @Override
    public org.decodebench.core.tokenizer.Tokenizer tokenizer() {
      return source.tokenizer();
    }

    @Override
    public int vocabSize() {
      return source.vocabSize();
    }

    @Override
    public void next(int[] tokens, int length, double[] out) {
      source.next(tokens, length, out);
    }

    @Override
    public double entropyRate() {
      return source.entropyRate();
    }
  }

  private static void refused(org.junit.jupiter.api.function.Executable action) {
    assertThrows(IllegalArgumentException.class, action);
  }
}
