package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactSamplerTest {
  private static final int[] NO_PROMPT = {};
  private final JointModel model = JointModel.random(4, 3, 17);

  private static Map<List<Integer>, Double> sampled(String spec, JointModel model, int[] prompt) {
    return ExactSampler.of(Decode.decoder(spec), model, prompt, model.length() - prompt.length).p();
  }

  /** Total variation between what came out and the joint given the prompt. */
  private static double distance(
      Map<List<Integer>, Double> sampled, JointModel model, int[] prompt) {
    double given = 0;
    for (int s = 0; s < model.joint().length; s++) {
      given += fits(model.sequence(s), prompt) ? model.joint()[s] : 0;
    }
    double distance = 0;
    double seen = 0;
    for (int s = 0; s < model.joint().length; s++) {
      int[] tokens = model.sequence(s);
      if (fits(tokens, prompt)) {
        List<Integer> rest = Arrays.stream(tokens, prompt.length, tokens.length).boxed().toList();
        double p = sampled.getOrDefault(rest, 0.0);
        seen += p;
        distance += Math.abs(p - model.joint()[s] / given) / 2;
      }
    }
    assertEquals(1, seen, 1e-9, "all that comes out is a sequence of the table");
    return distance;
  }

  private static boolean fits(int[] tokens, int[] prompt) {
    return Arrays.equals(Arrays.copyOf(tokens, prompt.length), prompt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "confidence", "margin", "entropy", "left-to-right"})
  void onePositionAStepReproducesTheSourceInAnyOrder(String order) {
    String spec = "masked-diffusion:temperature=1,order=" + order;
    assertEquals(0, distance(sampled(spec, model, NO_PROMPT), model, NO_PROMPT), 1e-6);
    int[] prompt = {2};
    JointModel shifted = model.shifted();
    assertEquals(0, distance(sampled(spec, shifted, prompt), shifted, prompt), 1e-6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "confidence", "margin", "entropy", "left-to-right"})
  void onePositionAStepInSemiAutoregressiveBlocksReproducesTheSource(String order) {
    String spec = "masked-diffusion:temperature=1,block=2,order=" + order;
    assertEquals(0, distance(sampled(spec, model, NO_PROMPT), model, NO_PROMPT), 1e-6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3", "4"})
  void blockDiffusionOnePositionAStepReproducesTheSourceAtEveryBlockSize(String block) {
    for (String cache : List.of("block", "fused", "none")) {
      String spec =
          "block-diffusion:temperature=1,order=random,block=%s,cache=%s".formatted(block, cache);
      assertEquals(0, distance(sampled(spec, model, NO_PROMPT), model, NO_PROMPT), 1e-6, spec);
      int[] prompt = {1};
      assertEquals(0, distance(sampled(spec, model, prompt), model, prompt), 1e-6, spec);
      JointModel shifted = model.shifted();
      assertEquals(0, distance(sampled(spec, shifted, prompt), shifted, prompt), 1e-6, spec);
    }
  }

  @Test
  void samplingFirstAndRankingByWhatWasSampledIsBiasedEvenAtOneTokenAStep() {
    // Two independent tokens with p(0) = 0.7: P(00) must be 0.49.
    JointModel coins = JointModel.of(2, 2, new double[] {0.49, 0.21, 0.21, 0.09});
    Map<List<Integer>, Double> right =
        sampled("masked-diffusion:temperature=1,order=confidence", coins, NO_PROMPT);
    assertEquals(0.49, right.get(List.of(0, 0)), 1e-6);
    Map<List<Integer>, Double> biased =
        sampled("masked-diffusion:temperature=1,order=sampled-confidence", coins, NO_PROMPT);
    // The first step keeps a 0 unless both drew 1 (0.91); the second draws afresh (0.7).
    assertEquals(0.637, biased.get(List.of(0, 0)), 1e-6);
    assertEquals(0.147, distance(biased, coins, NO_PROMPT), 1e-6);
  }

  @Test
  void committingEverythingAtOnceGivesTheProductOfTheMarginals() {
    Map<List<Integer>, Double> sampled =
        sampled("masked-diffusion:temperature=1,steps=1", model, NO_PROMPT);
    int[] masked = new int[4];
    Arrays.fill(masked, model.mask());
    sampled.forEach((text, p) -> {
      double product = 1;
      for (int i = 0; i < 4; i++) {
        product *= model.conditional(masked, i)[text.get(i)];
      }
      assertEquals(product, p, 1e-6);
    });
    assertTrue(distance(sampled, model, NO_PROMPT) > 0.05, "and that is not the source");
  }

  @Test
  void twoPositionsAStepGiveTheProductsOfTheirMarginalsGivenTheFirstPair() {
    // Left to right in pairs: p(x0) p(x1) · p(x2 | x0 x1) p(x3 | x0 x1), by hand.
    Map<List<Integer>, Double> sampled =
        sampled("masked-diffusion:temperature=1,steps=2,order=left-to-right", model, NO_PROMPT);
    int m = model.mask();
    sampled.forEach((text, p) -> {
      int[] nothing = {m, m, m, m};
      int[] pair = {text.get(0), text.get(1), m, m};
      double expected =
          model.conditional(nothing, 0)[text.get(0)]
              * model.conditional(nothing, 1)[text.get(1)]
              * model.conditional(pair, 2)[text.get(2)]
              * model.conditional(pair, 3)[text.get(3)];
      assertEquals(expected, p, 1e-6);
    });
  }
}
