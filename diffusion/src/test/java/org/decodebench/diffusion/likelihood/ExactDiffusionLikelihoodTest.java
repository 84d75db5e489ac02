package org.decodebench.diffusion.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.LikelihoodMethod.Options;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.decodebench.diffusion.analysis.ExactSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Likelihoods without sampling, against the exact distributions of the samplers. */
class ExactDiffusionLikelihoodTest {
  private static final int LENGTH = 4;
  private final JointModel oracle = JointModel.random(LENGTH, 3, 21);
  private final JointModel network = oracle.scrambled(4);

  private static Likelihood evaluate(String method, LanguageModel model, int[] tokens, int given) {
    return LikelihoodMethod.named(method)
        .evaluate(
            model, List.of(new ScoredText(tokens, given, tokens.length - given)), Options.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order=confidence",
        "order=margin",
        "order=entropy,steps=2",
        "threshold=0.5",
        "factor=1.1",
        "entropy-bound=0.9",
        "sampler=hierarchical,threshold=0.6,low-threshold=0.3",
        "threshold=0.6,credit=0.7",
        "block=2,steps=3,temperature=0.7,top-p=0.9"
      })
  void duelIsTheProbabilityOfTheTextUnderTheSamplerAndSumsToOne(String settings) {
    String temperature = settings.contains("temperature") ? "" : ",temperature=1";
    Map<List<Integer>, Double> sampled =
        ExactSampler.of(
                Decode.decoder("masked-diffusion:" + settings + temperature),
                network,
                new int[] {},
                LENGTH)
            .p();
    double sum = 0;
    for (int s = 0; s < network.joint().length; s++) {
      int[] tokens = network.sequence(s);
      double p = Math.exp(-evaluate("duel:" + settings, network, tokens, 0).nats());
      List<Integer> text = Arrays.stream(tokens).boxed().toList();
      assertEquals(sampled.getOrDefault(text, 0.0), p, 1e-9);
      sum += p;
    }
    assertEquals(1, sum, 1e-9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "block=1",
        "block=2",
        "block=3,threshold=0.5",
        "block=4,steps=2,order=entropy",
        "block=4,sub-block=2,entropy-bound=0.9"
      })
  void duelOfABlockModelGoesBlockByBlockAndSumsToOne(String settings) {
    JointModel blocks = network.with(Paradigm.BLOCK_DIFFUSION);
    Map<List<Integer>, Double> sampled =
        ExactSampler.of(
                Decode.decoder("block-diffusion:temperature=1," + settings),
                blocks,
                new int[] {},
                LENGTH)
            .p();
    double sum = 0;
    for (int s = 0; s < blocks.joint().length; s++) {
      int[] tokens = blocks.sequence(s);
      double p = Math.exp(-evaluate("duel:" + settings, blocks, tokens, 0).nats());
      assertEquals(
          sampled.getOrDefault(Arrays.stream(tokens).boxed().toList(), 0.0), p, 1e-9, settings);
      sum += p;
    }
    assertEquals(1, sum, 1e-9);
  }

  @Test
  void duelOfAnOracleIsTheSourcesOwnLikelihood() {
    for (int s = 0; s < oracle.joint().length; s += 7) {
      Likelihood duel = evaluate("duel", oracle, oracle.sequence(s), 0);
      assertEquals(-Math.log(oracle.joint()[s]), duel.nats(), 1e-5);
      assertFalse(duel.bound());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "duel:order=random",
        "duel:order=sampled-confidence",
        "duel:sampler=first-hitting",
        "duel:sampler=remask,steps=4",
        "duel:temperature=0",
        "duel:edit=0.9",
        "duel:sampler=mask-predict,steps=2",
        "nelbo:order=confidence",
        "nosuch"
      })
  void whatHasNoExactLikelihoodIsRefused(String method) {
    UsageException e =
        assertThrows(
            UsageException.class, () -> evaluate(method, network, new int[] {0, 1, 2, 0}, 0));
    assertFalse(e.getMessage().contains("\n"));
  }

  @Test
  void randomOrderIsTheProbabilityOfTheTextUnderTheRandomOrderSampler() {
    Map<List<Integer>, Double> sampled =
        ExactSampler.of(
                Decode.decoder("masked-diffusion:order=random,temperature=1"),
                network,
                new int[] {},
                LENGTH)
            .p();
    for (int s = 0; s < network.joint().length; s += 5) {
      int[] tokens = network.sequence(s);
      List<Integer> text = Arrays.stream(tokens).boxed().toList();
      double nats = evaluate("random-order", network, tokens, 0).nats();
      assertEquals(sampled.get(text), Math.exp(-nats), 1e-9);
      Likelihood bound = evaluate("nelbo-exact", network, tokens, 0);
      assertTrue(bound.nats() > nats && bound.bound(), "Jensen");
    }
  }

  @Test
  void theSampledBoundConvergesToTheExactOne() {
    int[] tokens = network.sequence(44);
    double exact = evaluate("nelbo-exact", network, tokens, 1).nats();
    for (String method : List.of("nelbo", "nelbo-time")) {
      Likelihood sampled =
          LikelihoodMethod.named(method)
              .evaluate(
                  network, List.of(new ScoredText(tokens, 1, 3)), new Options(4000, 3, done -> {}));
      assertEquals(exact, sampled.nats(), 4 * sampled.standardError());
    }
    assertThrows(UsageException.class, () -> evaluate("random-order", network, new int[20], 1));
  }
}
