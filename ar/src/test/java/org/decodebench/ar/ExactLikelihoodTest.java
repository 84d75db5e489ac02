package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.decodebench.ar.ExactLikelihood.Score;
import org.decodebench.ar.ExactLikelihood.Summary;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.ScoredText;
import org.junit.jupiter.api.Test;

class ExactLikelihoodTest {
  private static final ToyModel MODEL = new ToyModel("toy", 12, 5);

  @Test
  void probabilitiesOfAllContinuationsAgreeWithEnumeration() {
    Enumeration truth = Enumeration.of(new ToyModel("toy", 6, 3), new int[] {0, 4}, 3);
    double total = 0;
    for (var cell : truth.probability().entrySet()) {
      int[] ids =
          Arrays.stream(cell.getKey().replaceAll("[\\[\\] ]", "").split(","))
              .mapToInt(Integer::parseInt)
              .toArray();
      int[] tokens = {0, 4};
      tokens = Arrays.copyOf(tokens, 2 + ids.length);
      System.arraycopy(ids, 0, tokens, 2, ids.length);
      Score score =
          ExactLikelihood.score(new ToyModel("toy", 6, 3), List.of(text(tokens, 2)), done -> {})
              .getFirst();
      assertEquals(ids.length, score.tokens());
      assertEquals(cell.getValue(), Math.exp(-score.nll()), 1e-6 * cell.getValue());
      total += Math.exp(-score.nll());
    }
    assertEquals(1, total, 1e-6);
  }

  @Test
  void batchedChunkedScoresEqualTokenByTokenScores() {
    List<ScoredText> texts = new ArrayList<>();
    Random random = new Random(2);
    for (int i = 0; i < 9; i++) {
      int[] tokens = random.ints(2 + random.nextInt(200), 1, 12).toArray();
      tokens[0] = 0;
      texts.add(text(tokens, 1 + random.nextInt(tokens.length - 1)));
    }
    List<Score> scores = ExactLikelihood.score(MODEL, texts, done -> {});
    for (int i = 0; i < texts.size(); i++) {
      ScoredText text = texts.get(i);
      double nll = 0;
      int correct = 0;
      for (int j = text.given(); j < text.tokens().length; j++) {
        float[] logits = new float[12];
        MODEL.logits(Arrays.copyOf(text.tokens(), j), logits, 0);
        double sum = 0;
        boolean top = true;
        for (float logit : logits) {
          sum += Math.exp(logit);
          top &= logit <= logits[text.tokens()[j]];
        }
        nll += Math.log(sum) - logits[text.tokens()[j]];
        correct += top ? 1 : 0;
      }
      assertEquals(nll, scores.get(i).nll(), 1e-9 * (1 + nll));
      assertEquals(correct, scores.get(i).correct());
      assertEquals(text.tokens().length - text.given(), scores.get(i).tokens());
    }
  }

  @Test
  void windowsScoreEveryTokenOnceWithTheMostContextThatFits() {
    int[] tokens = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19};
    List<ScoredText> windows = ExactLikelihood.windows(tokens, OptionalInt.of(0), 5, 2);
    List<Integer> scored = new ArrayList<>();
    for (ScoredText window : windows) {
      assertTrue(window.tokens().length <= 5);
      assertEquals(0, window.tokens()[0]);
      for (int i = window.given(); i < window.tokens().length; i++) {
        scored.add(window.tokens()[i]);
      }
    }
    assertEquals(Arrays.stream(tokens).boxed().toList(), scored);
    assertArrayEquals(new int[] {0, 12, 13, 14, 15}, windows.get(1).tokens());
    assertEquals(3, windows.get(1).given());
    // Without a begin token the very first token has no context.
    scored.clear();
    for (ScoredText window : ExactLikelihood.windows(tokens, OptionalInt.empty(), 4, 3)) {
      for (int i = window.given(); i < window.tokens().length; i++) {
        scored.add(window.tokens()[i]);
      }
    }
    assertEquals(Arrays.stream(tokens).skip(1).boxed().toList(), scored);
  }

  @Test
  void windowsOfAModelThatForgetsGiveTheLikelihoodOfTheWholeText() {
    // The toy looks 3 tokens back, so windows that keep 3 tokens of context lose nothing.
    int[] tokens = new Random(8).ints(150, 2, 12).toArray();
    int[] whole = new int[151];
    System.arraycopy(tokens, 0, whole, 1, 150);
    double exact =
        ExactLikelihood.score(MODEL, List.of(text(whole, 4)), done -> {}).getFirst().nll();
    List<ScoredText> windows = ExactLikelihood.windows(tokens, OptionalInt.empty(), 20, 16);
    windows.set(0, text(windows.getFirst().tokens(), 3));
    double inWindows = Summary.of(ExactLikelihood.score(MODEL, windows, done -> {})).nll();
    assertEquals(exact, inWindows, 1e-9 * exact);
  }

  @Test
  void standardErrorCoversTheTruth() {
    // 60 experiments of 40 scores with known mean 2 a token: about 95 % within 1.96 errors.
    Random random = new Random(4);
    int inside = 0;
    for (int e = 0; e < 60; e++) {
      List<Score> scores = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int tokens = 5 + random.nextInt(20);
        double nll = 0;
        for (int t = 0; t < tokens; t++) {
          nll += -2 * Math.log(1 - random.nextDouble());
        }
        scores.add(new Score(nll, tokens, 0));
      }
      Summary summary = Summary.of(scores);
      inside += Math.abs(summary.nllPerToken() - 2) < 1.96 * summary.standardError() ? 1 : 0;
    }
    assertTrue(inside >= 52 && inside <= 60, inside + " of 60");
    assertTrue(Double.isNaN(Summary.of(List.of(new Score(1, 1, 0))).standardError()));
  }

  @Test
  void textLongerThanTheContextIsRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> ExactLikelihood.score(MODEL, List.of(text(new int[300], 1)), done -> {}));
    assertTrue(e.getMessage().contains("in windows"), e.getMessage());
  }

  private static ScoredText text(int[] tokens, int given) {
    return new ScoredText(tokens, given, tokens.length - given);
  }
}
