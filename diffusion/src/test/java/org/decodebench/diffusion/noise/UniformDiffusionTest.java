package org.decodebench.diffusion.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.analysis.Distribution;
import org.decodebench.diffusion.analysis.ExactSampler;
import org.junit.jupiter.api.Test;

class UniformDiffusionTest {
  private static final int[] BEGIN = {WordTokenizer.BEGIN};
  private final MarkovSource source = MarkovSource.random("pair", 2, 1, 0, 4);

  private double distance(String settings, int length) {
    Distribution sampled =
        ExactSampler.of(
            Decode.decoder("uniform-diffusion:temperature=1," + settings),
            new NoisyOracle(source),
            BEGIN,
            length);
    assertEquals(1, sampled.p().values().stream().mapToDouble(p -> p).sum(), 1e-9);
    return sampled.totalVariation(Distribution.of(source, new int[0], length));
  }

  @Test
  void aSingleTokenIsExactInAnyNumberOfStepsAndSeveralNearTheSourceWithMore() {
    for (int steps = 1; steps <= 4; steps++) {
      assertEquals(0, distance("steps=" + steps, 1), 1e-6);
    }
    double one = distance("steps=1", 2);
    double two = distance("steps=2", 2);
    double four = distance("steps=4", 2);
    assertTrue(one > two && two > four && four > 0, one + ", " + two + ", " + four);
  }

  @Test
  void oneStepIsTheProductOfTheMarginals() {
    Distribution sampled =
        ExactSampler.of(
            Decode.decoder("uniform-diffusion:temperature=1,steps=1"),
            new NoisyOracle(source),
            BEGIN,
            2);
    Distribution truth = Distribution.of(source, new int[0], 2);
    for (List<Integer> text : truth.p().keySet()) {
      double first = 0;
      double second = 0;
      for (var entry : truth.p().entrySet()) {
        first += entry.getKey().get(0).equals(text.get(0)) ? entry.getValue() : 0;
        second += entry.getKey().get(1).equals(text.get(1)) ? entry.getValue() : 0;
      }
      assertEquals(first * second, sampled.of(text), 1e-6);
    }
  }

  /** Steps by Bayes' rule over all texts, earlier and later canvases; no posterior's formula. */
  @Test
  void everyStepIsBruteForceBayesGivenTheWholeCanvas() {
    NoiseTokens words =
        NoiseTokens.of(
            source.vocabSize(), source.tokenizer().begin(), OptionalInt.of(WordTokenizer.MASK));
    int k = words.count();
    double[] text = new double[k * k];
    Distribution.of(source, new int[0], 2)
        .p()
        .forEach((t, p) -> text[words.index(t.get(0)) * k + words.index(t.get(1))] = p);
    int steps = 3;
    double[] now = new double[k * k];
    Arrays.fill(now, 1.0 / (k * k));
    for (int step = 0; step < steps; step++) {
      double clean = (double) step / steps;
      double cleaner = (double) (step + 1) / steps;
      double[] next = new double[k * k];
      for (int later = 0; later < k * k; later++) {
        double[] first = new double[k];
        double[] second = new double[k];
        for (int t = 0; t < k * k; t++) {
          for (int earlier = 0; earlier < k * k; earlier++) {
            double p =
                text[t]
                    * noised(t / k, earlier / k, cleaner, k)
                    * noised(t % k, earlier % k, cleaner, k)
                    * noised(earlier / k, later / k, clean / cleaner, k)
                    * noised(earlier % k, later % k, clean / cleaner, k);
            first[earlier / k] += p;
            second[earlier % k] += p;
          }
        }
        double all = Arrays.stream(first).sum();
        for (int earlier = 0; earlier < k * k; earlier++) {
          // The tokens of a step are drawn independently, given the canvas.
          next[earlier] += now[later] * first[earlier / k] / all * second[earlier % k] / all;
        }
      }
      now = next;
    }
    Distribution sampled =
        ExactSampler.of(
            Decode.decoder("uniform-diffusion:temperature=1,steps=" + steps),
            new NoisyOracle(source),
            BEGIN,
            2);
    for (int t = 0; t < k * k; t++) {
      assertEquals(now[t], sampled.of(List.of(words.ids()[t / k], words.ids()[t % k])), 1e-6);
    }
  }

  private static double noised(int from, int to, double kept, int k) {
    return (from == to ? kept : 0) + (1 - kept) / k;
  }

  @Test
  void renoisingEndsWhenTheTextStandsAndTellsItOnce() {
    // A source with one text: after the first look everything is sure.
    MarkovSource sure = MarkovSource.stationary("sure", 1, new double[][] {{0, 1}, {1, 0}});
    List<Integer> steps = new ArrayList<>();
    int[] tokens =
        Decode.decoder("uniform-diffusion:sampler=renoise,steps=20,temperature=1")
            .decode(
                DecodeRequest.of(new NoisyOracle(sure), BEGIN, 4, 3),
                (sequence, step, positions, ids, overwrote) -> {
                  steps.add(step);
                  assertEquals(4, positions.length);
                })
            .sequences()
            .getFirst()
            .tokens();
    assertTrue(sure.isValid(tokens));
    assertEquals(1, steps.size());
    assertTrue(steps.getFirst() < 19, "before its steps were used up: " + steps);
    assertEquals(
        steps.getFirst() + 1L,
        Decode.forwards(
            "uniform-diffusion:sampler=renoise,steps=20,temperature=1",
            new NoisyOracle(sure),
            BEGIN,
            4,
            3));
  }

  @Test
  void modelsOfMasksAreRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> Decode.decoder("uniform-diffusion").check(OracleModel.diffusion(source)));
    assertFalse(e.getMessage().contains("\n"));
    assertThrows(
        UsageException.class,
        () -> Decode.decoder("masked-diffusion").check(new NoisyOracle(source)));
  }

  @Test
  void theBoundIsTightForASingleTokenAndABoundForSeveral() {
    NoisyOracle oracle = new NoisyOracle(source);
    LikelihoodMethod nelbo = LikelihoodMethod.named("nelbo");
    assertTrue(nelbo.isDefaultFor(oracle));
    for (int token = 3; token < 5; token++) {
      int[] single = {WordTokenizer.BEGIN, token};
      Likelihood one = score(nelbo, oracle, single);
      double exact = -source.logProbability(new int[] {token}, 0, 1);
      assertEquals(exact, one.nats(), 4 * one.standardError(), "single token");
      int[] several = {WordTokenizer.BEGIN, token, 3, 4};
      Likelihood three = score(nelbo, oracle, several);
      double nats = -source.logProbability(new int[] {token, 3, 4}, 0, 3);
      assertTrue(three.bound());
      assertTrue(three.nats() > nats - 3 * three.standardError(), three + " of " + nats);
      assertTrue(three.nats() < 1.2 * nats + 3 * three.standardError(), three + " of " + nats);
    }
  }

  private static Likelihood score(LikelihoodMethod method, NoisyOracle oracle, int[] tokens) {
    return method.evaluate(
        oracle,
        List.of(new ScoredText(tokens, 1, tokens.length - 1)),
        new LikelihoodMethod.Options(4000, 7, done -> {}));
  }
}
