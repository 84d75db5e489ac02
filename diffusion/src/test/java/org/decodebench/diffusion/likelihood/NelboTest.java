package org.decodebench.diffusion.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.LikelihoodMethod.Options;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.decodebench.diffusion.analysis.ExactSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NelboTest {
  private static final Nelbo COUNT = new Nelbo.Count();
  private static final Nelbo TIME = new Nelbo.Time();
  private final JointModel oracle = JointModel.random(5, 3, 11);
  private final JointModel network = oracle.scrambled(77);

  private static Likelihood evaluate(
      Nelbo method, JointModel model, int[] tokens, int given, int samples, int seed, int block) {
    List<ScoredText> texts = List.of(new ScoredText(tokens, given, tokens.length - given));
    return method.evaluate(model, texts, new Options(samples, seed, done -> {}), block);
  }

  /** Mean over all orders of the given positions, by walking every order. */
  private static double meanOverOrders(
      JointModel model, int[] tokens, int[] canvas, List<Integer> left) {
    double sum = 0;
    for (int position : left) {
      double nats = -Math.log(model.conditional(canvas, position)[tokens[position]]);
      canvas[position] = tokens[position];
      List<Integer> rest = new ArrayList<>(left);
      rest.remove((Integer) position);
      sum += nats + (rest.isEmpty() ? 0 : meanOverOrders(model, tokens, canvas, rest));
      canvas[position] = model.mask();
    }
    return sum / left.size();
  }

  /** The same block by block, each given the clean blocks before it and nothing after it. */
  private static double meanOverOrders(JointModel model, int[] tokens, int given, int block) {
    int[] canvas = new int[tokens.length];
    Arrays.fill(canvas, model.mask());
    System.arraycopy(tokens, 0, canvas, 0, given);
    double sum = 0;
    for (int b = 0; b < tokens.length; b += block) {
      List<Integer> positions = new ArrayList<>();
      for (int i = Math.max(b, given); i < Math.min(b + block, tokens.length); i++) {
        positions.add(i);
      }
      if (!positions.isEmpty()) {
        sum += meanOverOrders(model, tokens, canvas, positions);
        positions.forEach(i -> canvas[i] = tokens[i]);
      }
    }
    return sum;
  }

  @Test
  void boundOfAnOracleIsItsExactNegativeLogLikelihood() {
    for (int s = 0; s < oracle.joint().length; s += 31) {
      int[] tokens = oracle.sequence(s);
      double exact = -Math.log(oracle.joint()[s]);
      assertEquals(exact, meanOverOrders(oracle, tokens, 0, 5), 1e-9);
      assertNear(exact, evaluate(COUNT, oracle, tokens, 0, 2000, s, 0));
      assertNear(exact, evaluate(TIME, oracle, tokens, 0, 4000, s, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void boundOfANetworkIsTheMeanOverOrdersOfItsAnyOrderLikelihood(int block) {
    for (int s = 5; s < oracle.joint().length; s += 61) {
      for (int given = 0; given <= 2; given++) {
        int[] tokens = network.sequence(s);
        double exact = meanOverOrders(network, tokens, given, block);
        assertNear(exact, evaluate(COUNT, network, tokens, given, 2000, s, block));
        assertNear(exact, evaluate(TIME, network, tokens, given, 4000, s, block));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void theBoundIsAtLeastTheExactNegativeLogLikelihoodAndEqualWhereOrdersAgree(int block) {
    String sampler = "block-diffusion:order=random,temperature=1,block=" + block;
    Map<List<Integer>, Double> sampled =
        ExactSampler.of(Decode.decoder(sampler), network, new int[] {}, 5).p();
    for (int s = 0; s < oracle.joint().length; s += 3) {
      int[] tokens = network.sequence(s);
      double exact = -Math.log(sampled.get(Arrays.stream(tokens).boxed().toList()));
      double bound = meanOverOrders(network, tokens, 0, block); // what the estimates converge to
      if (block == 1) {
        assertEquals(exact, bound, 1e-6, "a block of one has one order");
      } else {
        assertTrue(bound > exact + 1e-6, () -> "Jensen: %f of %f".formatted(bound, exact));
      }
      double truth = -Math.log(oracle.joint()[s]);
      assertEquals(truth, meanOverOrders(oracle, tokens, 0, block), 1e-9, "all orders agree");
    }
    int[] tokens = oracle.sequence(31);
    Likelihood ofOracle = evaluate(COUNT, oracle, tokens, 0, 2000, 1, block);
    assertNear(-Math.log(oracle.joint()[31]), ofOracle);
  }

  private static void assertNear(double exact, Likelihood bound) {
    assertTrue(bound.standardError() < 0.15, () -> "error " + bound.standardError());
    assertEquals(exact, bound.nats(), 4 * bound.standardError() + 1e-5);
    assertTrue(bound.bound());
  }

  @Test
  void blockSizeOneIsTheExactAutoregressiveLikelihoodWithoutNoise() {
    int[] tokens = network.sequence(100);
    for (JointModel model : List.of(network, network.shifted())) {
      Likelihood bound = evaluate(COUNT, model, tokens, 1, 4, 0, 1);
      assertEquals(0, bound.standardError());
      assertEquals(meanOverOrders(network, tokens, 1, 1), bound.nats(), 1e-5);
    }
  }

  @Test
  void blockAsLongAsTheCanvasIsTheMaskedBound() {
    int[] tokens = network.sequence(42);
    for (Nelbo method : List.of(COUNT, TIME)) {
      assertEquals(
          evaluate(method, network, tokens, 1, 32, 3, 0).nats(),
          evaluate(method, network, tokens, 1, 32, 3, 5).nats(),
          1e-9);
    }
  }

  @Test
  void aShiftedModelsFirstPositionOfABlockIsScoredGivenTheBlocksBeforeAlone() {
    JointModel shifted = network.shifted();
    int[] tokens = network.sequence(200);
    int m = network.mask();
    // Blocks of 3 after one given token: {1, 2} by diffusion, 3 from the row of 2, then {4}.
    double exact =
        meanOverOrders(network, tokens, new int[] {tokens[0], m, m, m, m}, List.of(1, 2))
            - Math.log(
                network
                    .conditional(new int[] {tokens[0], tokens[1], tokens[2], m, m}, 3)[tokens[3]])
            - Math.log(
                network
                    .conditional(new int[] {tokens[0], tokens[1], tokens[2], tokens[3], m}, 4)[
                    tokens[4]]);
    assertNear(exact, evaluate(COUNT, shifted, tokens, 1, 4000, 9, 3));
  }

  @Test
  void blocksAfterTheEndOfTheTextCarryNoLoss() {
    int[] tokens = network.sequence(77);
    ScoredText text = new ScoredText(tokens, 1, 2);
    Likelihood bound = COUNT.evaluate(network, List.of(text), new Options(4000, 1, done -> {}), 2);
    int m = network.mask();
    double exact =
        -Math.log(network.conditional(new int[] {tokens[0], m, m, m, m}, 1)[tokens[1]])
            + meanOverOrders(
                network, tokens, new int[] {tokens[0], tokens[1], m, m, m}, List.of(2, 3));
    assertNear(exact, bound);
    assertEquals(2, bound.textTokens());
  }

  @Test
  void standardErrorTellsTheSpreadOverSeeds() {
    int[] tokens = network.sequence(150);
    for (Nelbo method : List.of(COUNT, TIME)) {
      int seeds = 400;
      double sum = 0;
      double squares = 0;
      double claimed = 0;
      for (int seed = 0; seed < seeds; seed++) {
        Likelihood bound = evaluate(method, network, tokens, 0, 16, seed, 0);
        sum += bound.nats();
        squares += bound.nats() * bound.nats();
        claimed += bound.standardError() * bound.standardError();
      }
      double spread = Math.sqrt(squares / seeds - sum / seeds * (sum / seeds));
      double ratio = Math.sqrt(claimed / seeds) / spread;
      assertTrue(ratio > 0.85 && ratio < 1.4, method.name() + ": claimed / true = " + ratio);
    }
  }

  @Test
  void manyTextsAtOnceGiveTheSumOfTheirBounds() {
    List<ScoredText> texts = new ArrayList<>();
    for (int s = 0; s < 20; s++) {
      texts.add(new ScoredText(network.sequence(12 * s), s % 3, 5 - s % 3));
    }
    for (int block : List.of(0, 2)) {
      double exact = 0;
      for (ScoredText text : texts) {
        exact += meanOverOrders(network, text.tokens(), text.given(), block == 0 ? 5 : block);
      }
      Likelihood bound = COUNT.evaluate(network, texts, new Options(400, 5, done -> {}), block);
      assertEquals(exact, bound.nats(), 4 * bound.standardError());
    }
  }

  @Test
  void anImpossibleTextIsNotClipped() {
    JointModel model = JointModel.of(2, 2, new double[] {0.5, 0.5, 0, 0});
    assertEquals(
        Double.POSITIVE_INFINITY, evaluate(COUNT, model, new int[] {1, 0}, 0, 8, 0, 0).nats());
  }

  @Test
  void refusesWhatItCannotScore() {
    int[] tokens = {0, 1, 2, 0, 1};
    assertThrows(
        UsageException.class,
        () -> evaluate(COUNT, network.with(Paradigm.AUTOREGRESSIVE), tokens, 1, 8, 0, 0));
    assertThrows(UsageException.class, () -> evaluate(COUNT, network, tokens, 1, 7, 0, 0));
    assertThrows(
        UsageException.class, () -> evaluate(COUNT, network.shifted(), tokens, 0, 8, 0, 0));
    int[] withMask = {0, 3, 2, 0, 1};
    assertThrows(UsageException.class, () -> evaluate(COUNT, network, withMask, 0, 8, 0, 0));
  }

  @Test
  void methodsAreFoundByNameAndOneIsTheDefaultOfEachDiffusionModel() {
    List<LikelihoodMethod> methods = LikelihoodMethod.all();
    assertTrue(methods.stream().anyMatch(m -> m.name().equals("nelbo")));
    assertTrue(methods.stream().anyMatch(m -> m.name().equals("nelbo-time")));
    for (Paradigm p : List.of(Paradigm.MASKED_DIFFUSION, Paradigm.BLOCK_DIFFUSION)) {
      assertEquals(1, methods.stream().filter(m -> m.isDefaultFor(network.with(p))).count());
    }
  }
}
