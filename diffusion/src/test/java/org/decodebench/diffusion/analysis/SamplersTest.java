package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samplers beyond the ranked ones, against what their papers promise. */
class SamplersTest {
  private static final int[] NO_PROMPT = {};
  private final JointModel pair = JointModel.random(2, 3, 41);
  private final JointModel triple = JointModel.random(3, 2, 42);

  private static Map<List<Integer>, Double> sampled(String spec, JointModel model) {
    return ExactSampler.of(
            Decode.decoder(spec + ",temperature=1"), model, NO_PROMPT, model.length())
        .p();
  }

  private static double distance(Map<List<Integer>, Double> sampled, JointModel model) {
    double distance = 0;
    for (int s = 0; s < model.joint().length; s++) {
      List<Integer> text = Arrays.stream(model.sequence(s)).boxed().toList();
      distance += Math.abs(sampled.getOrDefault(text, 0.0) - model.joint()[s]) / 2;
    }
    return distance;
  }

  private static double distance(
      Map<List<Integer>, Double> sampled, Map<List<Integer>, Double> other) {
    double distance = 0;
    for (List<Integer> text : sampled.keySet()) {
      distance += Math.abs(sampled.get(text) - other.getOrDefault(text, 0.0)) / 2;
    }
    return distance;
  }

  private static double productOfMarginals(JointModel model, List<Integer> text) {
    int[] masked = new int[model.length()];
    Arrays.fill(masked, model.mask());
    double p = 1;
    for (int i = 0; i < masked.length; i++) {
      p *= model.conditional(masked, i)[text.get(i)];
    }
    return p;
  }

  @Test
  void firstHittingReproducesTheSourceExactly() {
    assertEquals(
        0, distance(sampled("masked-diffusion:sampler=first-hitting", triple), triple), 1e-6);
    String blocks = "block-diffusion:block=2,sampler=first-hitting";
    assertEquals(0, distance(sampled(blocks, triple), triple), 1e-6);
  }

  @Test
  void subBlocksReproduceTheSourceExactlyAtOnePositionAStep() {
    String blocks = "block-diffusion:block=3,order=random,sub-block=";
    assertEquals(0, distance(sampled(blocks + 2, triple), triple), 1e-6);
    String leftToRight = "block-diffusion:block=3,order=left-to-right";
    for (int seed = 0; seed < 5; seed++) {
      assertArrayEquals(
          Decode.tokens(leftToRight + ",temperature=1", triple, NO_PROMPT, 3, seed),
          Decode.tokens(blocks + "1,temperature=1", triple, NO_PROMPT, 3, seed));
      assertArrayEquals(
          Decode.tokens("block-diffusion:block=3,temperature=1", triple, NO_PROMPT, 3, seed),
          Decode.tokens(
              "block-diffusion:block=3,temperature=1,sub-block=3", triple, NO_PROMPT, 3, seed));
    }
  }

  @Test
  void aSubBlockCommitsNothingBeyondItself() {
    List<List<Integer>> steps = new ArrayList<>();
    DecodeListener listener =
        new DecodeListener() {
          @Override
          public void committed(
              int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
            steps.add(Arrays.stream(positions).boxed().toList());
          }
        };
    Decode.decoder("block-diffusion:block=3,threshold=0,sub-block=2")
        .decode(DecodeRequest.of(triple, NO_PROMPT, 3, 1), listener);
    assertEquals(List.of(List.of(0, 1), List.of(2)), steps);
  }

  @Test
  void dampedEndsArePlacedLaterAndTheDistributionStays() {
    // Token 1 ends the text. Position 0 is surer of it (0.9) than position 1 is of token 0 (0.7).
    JointModel model = JointModel.of(2, 2, new double[] {0.07, 0.03, 0.63, 0.27}).endingWith(1);
    assertEquals(0, firstPlaced("masked-diffusion:early-stop=false", model));
    assertEquals(1, firstPlaced("masked-diffusion:early-stop=false,end-damping=1", model));
    String damped = "masked-diffusion:early-stop=false,end-damping=0.5,temperature=1";
    assertEquals(1, firstPlaced(damped, model));
    JointModel endless = JointModel.random(3, 2, 42);
    assertEquals(0, distance(sampled("masked-diffusion:end-damping=0.7", endless), endless), 1e-6);
  }

  private static int firstPlaced(String spec, JointModel model) {
    List<Integer> first = new ArrayList<>();
    DecodeListener listener =
        new DecodeListener() {
          @Override
          public void committed(
              int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
            first.add(positions[0]);
          }
        };
    Decode.decoder(spec).decode(DecodeRequest.of(model, NO_PROMPT, 2, 1), listener);
    return first.getFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16})
  void ancestralSamplingErrsByTheChanceThatTwoTimesFallTogether(int steps) {
    // Two positions fall into the same of N intervals with probability 1/N and are then drawn
    // independently; otherwise the second is drawn given the first.
    sampled("masked-diffusion:sampler=ancestral,steps=" + steps, pair)
        .forEach((text, p) -> {
          double together = productOfMarginals(pair, text);
          double exact = pair.joint()[text.get(0) * 3 + text.get(1)];
          assertEquals(together / steps + exact * (steps - 1) / steps, p, 1e-6);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"cap,eta=0.3", "rescale,eta=0.5", "loop"})
  void remaskingKeepsTheDistributionOfIndependentTokens(String schedule) {
    JointModel coins = JointModel.of(2, 2, new double[] {0.42, 0.18, 0.28, 0.12});
    String spec = "masked-diffusion:sampler=remask,steps=4,remask=" + schedule;
    assertEquals(0, distance(sampled(spec, coins), coins), 1e-6);
  }

  @Test
  void remaskingWithoutStrengthIsAncestralSampling() {
    String remask = "masked-diffusion:sampler=remask,steps=3,eta=0,remask=";
    Map<List<Integer>, Double> ancestral =
        sampled("masked-diffusion:sampler=ancestral,steps=3", triple);
    for (String schedule : List.of("cap", "rescale", "confidence")) {
      assertEquals(0, distance(sampled(remask + schedule, triple), ancestral), 1e-9);
    }
  }

  @Test
  void remaskingByConfidenceIsBiasedTowardsLikelyTokensEvenWhereTokensAreIndependent() {
    JointModel coins = JointModel.of(2, 2, new double[] {0.42, 0.18, 0.28, 0.12});
    Map<List<Integer>, Double> sampled =
        sampled("masked-diffusion:sampler=remask,steps=4,remask=confidence", coins);
    // 0 is the likelier token of both positions.
    assertTrue(sampled.get(List.of(0, 0)) > 0.42 + 1e-3, () -> "P(00) = " + sampled);
  }

  @Test
  void maskPredictMasksAgainLinearlyFewerPositions() {
    JointModel network = JointModel.random(6, 3, 5).scrambled(9);
    List<Integer> commits = new ArrayList<>();
    int[] canvas = new int[6];
    Arrays.fill(canvas, -1);
    DecodeListener listener =
        (sequence, step, positions, tokens, overwrote) -> {
          while (commits.size() <= step) {
            commits.add(0);
          }
          commits.set(step, commits.get(step) + positions.length);
          for (int i = 0; i < positions.length; i++) {
            canvas[positions[i]] = tokens[i];
          }
        };
    int[] result =
        Decode.decoder("masked-diffusion:sampler=mask-predict,steps=3")
            .decode(DecodeRequest.of(network, NO_PROMPT, 6, 1), listener)
            .sequences()
            .getFirst()
            .tokens();
    // 6 masked; after the steps 4, 2, 0 are masked: 2 more are kept each time, and what was
    // masked again comes on top.
    assertEquals(3, commits.size());
    assertEquals(2, commits.get(0));
    assertTrue(commits.get(1) >= 2 && commits.get(2) >= 2);
    assertArrayEquals(canvas, result);
    assertEquals(
        3,
        Decode.forwards("masked-diffusion:sampler=mask-predict,steps=3", network, NO_PROMPT, 6, 1));
  }

  @Test
  void hierarchicalCommitsTheBestOfEveryMaskedRun() {
    JointModel network = JointModel.random(7, 3, 5).scrambled(9);
    String spec = "masked-diffusion:sampler=hierarchical,threshold=1,low-threshold=0";
    List<Integer> steps = new ArrayList<>();
    Decode.decoder(spec)
        .decode(
            DecodeRequest.of(network, NO_PROMPT, 7, 1),
            (sequence, step, positions, tokens, overwrote) -> {
              steps.add(positions.length);
              for (int i = 1; i < positions.length; i++) {
                assertTrue(positions[i] > positions[i - 1] + 1, "commits of a step lie apart");
              }
            });
    assertEquals(1, steps.getFirst(), "one run at first");
    assertTrue(steps.size() < 7, "and then several at once: " + steps);
    String high = "masked-diffusion:sampler=hierarchical,threshold=1,low-threshold=1";
    assertArrayEquals(
        Decode.tokens("masked-diffusion", network, NO_PROMPT, 7, 1),
        Decode.tokens(high, network, NO_PROMPT, 7, 1),
        "if no run is sure enough, the most confident position alone");
  }

  @Test
  void creditMakesASteadyPreferenceCommitSooner() {
    // Independent tokens: the same preference in every step, so credit can only grow.
    double[] p = {0.6, 0.4};
    double[] joint = new double[64];
    for (int s = 0; s < 64; s++) {
      joint[s] = Math.pow(p[0], 6 - Integer.bitCount(s)) * Math.pow(p[1], Integer.bitCount(s));
    }
    JointModel coins = JointModel.of(6, 2, joint);
    String spec = "masked-diffusion:threshold=0.75";
    long without = Decode.forwards(spec, coins, NO_PROMPT, 6, 0);
    long with = Decode.forwards(spec + ",credit=2", coins, NO_PROMPT, 6, 0);
    assertEquals(6, without);
    assertTrue(with < without, "with credit " + with);
    assertArrayEquals(
        Decode.tokens(spec, coins, NO_PROMPT, 6, 0),
        Decode.tokens(spec + ",credit=2", coins, NO_PROMPT, 6, 0));
  }

  @Test
  void editingChangesPlacedTokensUntilNothingChangesOrItsStepsAreUsedUp() {
    int edits = 0;
    for (int seed = 1; seed <= 12; seed++) {
      JointModel network = JointModel.random(6, 3, 5).scrambled(seed);
      String plain = "masked-diffusion:steps=2";
      assertArrayEquals(
          Decode.tokens(plain, network, NO_PROMPT, 6, 0),
          Decode.tokens(plain + ",edit=1", network, NO_PROMPT, 6, 0),
          "nothing is surer than 1");
      int[] overwrites = {0};
      int[] tokens =
          Decode.decoder(plain + ",edit=0.5,edit-steps=4")
              .decode(
                  DecodeRequest.of(network, NO_PROMPT, 6, 0),
                  (sequence, step, positions, ids, overwrote) ->
                      overwrites[0] += overwrote ? positions.length : 0)
              .sequences()
              .getFirst()
              .tokens();
      long forwards = Decode.forwards(plain + ",edit=0.5,edit-steps=4", network, NO_PROMPT, 6, 0);
      assertTrue(forwards >= 3 && forwards <= 6, "two steps and one to four more: " + forwards);
      edits += overwrites[0];
      if (forwards < 6) {
        for (int i = 0; i < 6; i++) {
          double[] p = network.conditional(tokens, i);
          for (int v = 0; v < 3; v++) {
            assertTrue(v == tokens[i] || p[v] <= 0.5 + 1e-6, "stable where it ended early");
          }
        }
      }
    }
    assertTrue(edits > 0);
  }
}
