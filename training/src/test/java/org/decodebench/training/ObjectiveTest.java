package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Map;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.sampling.RandomStream;
import org.junit.jupiter.api.Test;

/** Losses against values by hand and against the CPU runtime, one position or block at a time. */
class ObjectiveTest {
  private static final int MASK = 2;
  private static final RandomStream NOISE = new RandomStream(5, 1);

  /** A text of four tokens and its end in a canvas of 12: textEnd is 6. */
  private static final Canvas SHORT = Canvas.of(new int[] {10, 11, 12, 13, 1}, 0, 1, 12);

  private static final Canvas FULL =
      Canvas.of(new int[] {20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30}, 0, 1, 12);

  @Test
  void uniformModelCostsLogVocabularyForEveryTokenThatCounts() {
    ModelConfig model = Tiny.model(Paradigm.MASKED_DIFFUSION, 0);
    Map<String, float[]> zero = ParameterShapes.initial(model, 1);
    Arrays.fill(zero.get("embedding"), 0);
    double nat = Math.log(model.vocabSize());
    // Next token: 5 of SHORT (its first end counts, its fill does not), 11 of FULL.
    assertEquals(16 * nat, loss(model, zero, new Objective.NextToken()), 1e-2);
    // Masked diffusion: every draw of l masked positions weighs 11 / l.
    assertEquals(22 * nat, loss(model, zero, new Objective.MaskedDiffusion(MASK)), 1e-2);
    // Blocks of 4: SHORT ends in its second block, position 5, so 7 of its positions count.
    assertEquals(18 * nat, loss(model, zero, new Objective.BlockDiffusion(MASK, 4)), 1e-2);
  }

  private static double loss(ModelConfig model, Map<String, float[]> values, Objective objective) {
    return loss(model, values, objective.batch(new Canvas[] {SHORT, FULL}, NOISE));
  }

  private static double loss(ModelConfig model, Map<String, float[]> values, Batch batch) {
    try (NDManager manager = Torch.open(1);
        Network network = Network.of(manager, model, values);
        NDManager scratch = network.manager().newSubManager()) {
      return Trainer.loss(network, scratch, batch).getFloat();
    }
  }

  @Test
  void nextTokenLossIsTheNegativeLogLikelihoodTokenByToken() {
    ModelConfig model = Tiny.model(Paradigm.AUTOREGRESSIVE, 0);
    Map<String, float[]> values = Tiny.parameters(model, 4);
    double expected = 0;
    try (Session session = Tiny.cpu(Tiny.Weights.of(model, values)).open(12, 1)) {
      for (Canvas canvas : new Canvas[] {SHORT, FULL}) {
        session.truncate(0, 0);
        for (int i = 0; i + 1 < canvas.textEnd(); i++) {
          int[] token = {canvas.tokens()[i]};
          Logits logits = session.forward(token, i, Attention.CAUSAL, Run.last(1));
          expected -= logProbability(logits, 0, canvas.tokens()[i + 1]);
          session.commit(0, i + 1);
        }
      }
    }
    assertEquals(expected, loss(model, values, new Objective.NextToken()), 1e-3 * expected);
  }

  @Test
  void maskedDiffusionLossIsTheWeightedCrossEntropyOfItsMaskedPositions() {
    ModelConfig model = Tiny.model(Paradigm.MASKED_DIFFUSION, 0);
    Map<String, float[]> values = Tiny.parameters(model, 5);
    Batch batch = new Objective.MaskedDiffusion(MASK).batch(new Canvas[] {SHORT, FULL}, NOISE);
    double expected = 0;
    try (Session session = Tiny.cpu(Tiny.Weights.of(model, values)).open(12, 1)) {
      for (int b = 0; b < 2; b++) {
        Canvas canvas = b == 0 ? SHORT : FULL;
        int[] noisy = batch.tokens()[b];
        long masked = Arrays.stream(noisy).filter(t -> t == MASK).count();
        Logits logits = session.forward(noisy, 0, new Attention.Bidirectional(12), Run.all(12));
        for (int i = 1; i < 12; i++) {
          if (noisy[i] == MASK) {
            expected -= 11.0 / masked * logProbability(logits, i, canvas.tokens()[i]);
          }
        }
      }
    }
    assertEquals(expected, loss(model, values, batch), 1e-3 * expected);
  }

  @Test
  void onePassOverNoisyAndCleanEqualsBlockByBlockOverACache() {
    ModelConfig model = Tiny.model(Paradigm.BLOCK_DIFFUSION, 4);
    Map<String, float[]> values = Tiny.parameters(model, 6);
    Batch batch = new Objective.BlockDiffusion(MASK, 4).batch(new Canvas[] {SHORT, FULL}, NOISE);
    double expected = 0;
    try (Session session = Tiny.cpu(Tiny.Weights.of(model, values)).open(12, 1)) {
      for (int b = 0; b < 2; b++) {
        Canvas canvas = b == 0 ? SHORT : FULL;
        session.truncate(0, 0);
        for (int from = 0; from < canvas.textEnd(); from += 4) {
          expected += blockLoss(session, canvas, batch.tokens()[b], from);
        }
      }
    }
    assertEquals(expected, loss(model, values, batch), 1e-3 * expected);
  }

  @Test
  void uniformDiffusionLossIsTheDivergenceOfItsSteps() {
    ModelConfig model = Tiny.model(Paradigm.UNIFORM_DIFFUSION, 0);
    Map<String, float[]> values = Tiny.parameters(model, 7);
    Objective objective = new Objective.UniformDiffusion(model.vocabSize(), MASK);
    Batch batch = objective.batch(new Canvas[] {SHORT, FULL}, NOISE);
    UniformSteps steps = batch.steps().orElseThrow();
    UniformNoise noise = new UniformNoise(steps.words().count());
    double[] exact = new double[noise.tokens()];
    double[] drawn = new double[noise.tokens()];
    double expected = 0;
    try (Session session = Tiny.cpu(Tiny.Weights.of(model, values)).open(12, 1)) {
      for (int b = 0; b < 2; b++) {
        int[] noisy = batch.tokens()[b];
        assertEquals(0, noisy[0], "the begin token is never noisy");
        Logits logits = session.forward(noisy, 0, new Attention.Bidirectional(12), Run.all(12));
        for (int i = 1; i < 12; i++) {
          int row = i;
          double[] clean =
              Arrays.stream(steps.words().ids())
                  .mapToDouble(id -> Math.exp(logits.get(row, id)))
                  .toArray();
          double sum = Arrays.stream(clean).sum();
          Arrays.setAll(clean, v -> clean[v] / sum);
          int at = steps.words().index(noisy[i]);
          int to = steps.words().index((b == 0 ? SHORT : FULL).tokens()[i]);
          double alphaT = steps.alphaT()[b * 11 + i - 1];
          double alphaS = steps.alphaS()[b * 11 + i - 1];
          assertEquals(1.0 / 64, alphaS - alphaT, 1e-12);
          noise.posterior(at, to, alphaT, alphaS, exact);
          noise.reverse(at, clean, alphaT, alphaS, drawn);
          for (int v = 0; v < exact.length; v++) {
            expected += exact[v] > 0 ? 64 * exact[v] * Math.log(exact[v] / drawn[v]) : 0;
          }
        }
      }
    }
    assertEquals(expected, loss(model, values, batch), 1e-3 * expected);
  }

  /** The bound's term of one block, then the clean block into the cache. */
  private static double blockLoss(Session session, Canvas canvas, int[] noisyThenClean, int from) {
    Attention attention = new Attention.BlockCausal(4, 12);
    int[] noisy = Arrays.copyOfRange(noisyThenClean, from, from + 4);
    Logits logits = session.forward(noisy, from, attention, Run.all(4));
    long masked = Arrays.stream(noisy).filter(t -> t == MASK).count();
    double maskable = from == 0 ? 3 : 4;
    double loss = 0;
    for (int i = 0; i < 4; i++) {
      if (noisy[i] == MASK) {
        loss -= maskable / masked * logProbability(logits, i, canvas.tokens()[from + i]);
      }
    }
    int[] clean = Arrays.copyOfRange(canvas.tokens(), from, from + 4);
    session.forward(clean, from, attention, Run.none());
    session.commit(0, from + 4);
    return loss;
  }

  @Test
  void blockSizeOneIsTheAutoregressiveForm() {
    Batch batch = new Objective.BlockDiffusion(MASK, 1).batch(new Canvas[] {SHORT}, NOISE);
    // All of the text is masked (t = 1) with weight 1, and each mask sees the clean text before it.
    assertArrayEquals(new int[] {1, 2, 3, 4, 5}, batch.rows());
    assertArrayEquals(new int[] {10, 11, 12, 13, 1}, batch.targets());
    for (float weight : batch.weights()) {
      assertEquals(1, weight);
    }
    for (int row = 0; row < 12; row++) {
      for (int column = 0; column < 24; column++) {
        boolean itself = column == row;
        boolean before = column >= 12 && column - 12 < row;
        assertEquals(itself || before, batch.seen()[row][column], row + " sees " + column);
      }
    }
  }

  @Test
  void blockSizeOfTheCanvasIsMaskedDiffusion() {
    Canvas[] canvases = {FULL, FULL, FULL};
    Batch whole = new Objective.BlockDiffusion(MASK, 12).batch(canvases, NOISE);
    Batch masked = new Objective.MaskedDiffusion(MASK).batch(canvases, NOISE);
    assertArrayEquals(masked.targets(), whole.targets());
    assertArrayEquals(masked.weights(), whole.weights());
    for (int b = 0; b < 3; b++) {
      assertArrayEquals(masked.tokens()[b], Arrays.copyOf(whole.tokens()[b], 12));
    }
    for (int row = 0; row < 12; row++) {
      assertArrayEquals(masked.seen()[row], Arrays.copyOf(whole.seen()[row], 12));
    }
  }

  @Test
  void maskOfNoisyThenCleanIsAsInThePaper() {
    String[] expected = {
      // noisy | clean
      "11.. ....", "11.. ....", "..11 11..", "..11 11..",
      ".... 11..", ".... 11..", ".... 1111", ".... 1111",
    };
    boolean[][] seen = AttentionMask.noisyThenClean(4, 2);
    for (int row = 0; row < 8; row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < 8; column++) {
        line.append(column == 4 ? " " : "").append(seen[row][column] ? '1' : '.');
      }
      assertEquals(expected[row], line.toString(), "row " + row);
    }
  }

  @Test
  void timesAreOneInEachStratumAndMaskedCountsAreUniform() {
    int[] counts = new int[12];
    int draws = 1100;
    for (int draw = 0; draw < draws; draw++) {
      Canvas[] canvases = new Canvas[11];
      Arrays.fill(canvases, FULL);
      Batch batch = new Objective.MaskedDiffusion(MASK).batch(canvases, new RandomStream(1, draw));
      for (int[] tokens : batch.tokens()) {
        assertEquals(0, tokens[0], "the begin token is never masked");
        counts[(int) Arrays.stream(tokens).filter(t -> t == MASK).count()]++;
      }
    }
    // Eleven strata of t over eleven maskable positions: every count once a batch.
    for (int masked = 1; masked <= 11; masked++) {
      assertEquals(draws, counts[masked], "batches with " + masked + " masked");
    }
  }

  @Test
  void everyPositionIsMaskedEquallyOften() {
    int[] masked = new int[12];
    int draws = 4000;
    for (int draw = 0; draw < draws; draw++) {
      int[] tokens =
          new Objective.MaskedDiffusion(MASK)
              .batch(new Canvas[] {FULL}, new RandomStream(2, draw))
              .tokens()[0];
      for (int i = 0; i < 12; i++) {
        masked[i] += tokens[i] == MASK ? 1 : 0;
      }
    }
    // Mean share (1 + 11) / 22; five standard deviations.
    double share = 12.0 / 22;
    double bound = 5 * Math.sqrt(share * (1 - share) * draws);
    for (int i = 1; i < 12; i++) {
      assertTrue(Math.abs(masked[i] - share * draws) < bound, "position " + i + ": " + masked[i]);
    }
  }

  private static double logProbability(Logits logits, int row, int token) {
    double sum = 0;
    for (int v = 0; v < logits.vocab(); v++) {
      sum += Math.exp(logits.get(row, v));
    }
    return logits.get(row, token) - Math.log(sum);
  }
}
