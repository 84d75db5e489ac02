package org.decodebench.diffusion.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockDiffusionTest {
  private static final int LENGTH = 7;
  private final JointModel model = JointModel.random(LENGTH, 3, 5).endingWith(2);

  private static final List<String> SAMPLERS =
      List.of(
          "order=random",
          "order=confidence,steps=2",
          "order=margin",
          "order=entropy,temperature=1",
          "threshold=0.6",
          "threshold=0.5,temperature=1",
          "factor=0.8,temperature=1,top-p=0.9",
          "entropy-bound=0.5,temperature=1",
          "order=sampled-confidence,temperature=1",
          "repetition-penalty=1.3,temperature=0.7");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  void cachedEqualsUncachedToTheToken(int block) {
    for (JointModel m : List.of(model, model.shifted())) {
      for (String sampler : SAMPLERS) {
        for (int prompt = 1; prompt <= 4; prompt++) {
          for (int seed = 0; seed < 4; seed++) {
            String spec = "block-diffusion:block=" + block + "," + sampler;
            int[] start = model.sequence(seed * 700).clone();
            start = java.util.Arrays.copyOf(start, prompt);
            int[] slow = Decode.tokens(spec + ",cache=none", m, start, LENGTH - prompt, seed);
            int[] cached = Decode.tokens(spec, m, start, LENGTH - prompt, seed);
            int[] fused = Decode.tokens(spec + ",cache=fused", m, start, LENGTH - prompt, seed);
            assertArrayEquals(slow, cached, spec);
            assertArrayEquals(slow, fused, spec);
          }
        }
      }
    }
  }

  @Test
  void blockAsLongAsTheCanvasGivesMaskedDiffusionsTokensAtTheSameSeed() {
    for (JointModel m : List.of(model, model.shifted())) {
      for (String sampler : SAMPLERS) {
        for (int seed = 0; seed < 20; seed++) {
          int[] prompt = {seed % 2, 1};
          assertArrayEquals(
              Decode.tokens("masked-diffusion:" + sampler, m, prompt, LENGTH - 2, seed),
              Decode.tokens("block-diffusion:block=7," + sampler, m, prompt, LENGTH - 2, seed),
              sampler);
        }
      }
    }
  }

  @Test
  void blockSizeOneIsAutoregressiveSamplingWithTheSameRandomNumbers() {
    for (JointModel m : List.of(model, model.shifted())) {
      for (int seed = 0; seed < 30; seed++) {
        int[] prompt = {0, 1};
        assertArrayEquals(
            autoregressive(seed, prompt),
            Decode.tokens("block-diffusion:block=1,temperature=1", m, prompt, LENGTH - 2, seed));
      }
    }
  }

  /** Written out by hand: every token from the shifted model's last row, at its own counter. */
  private int[] autoregressive(long seed, int[] prompt) {
    RandomStream random = new RandomStream(seed, 0);
    int[] tokens = java.util.Arrays.copyOf(prompt, LENGTH);
    try (Session session = model.shifted().open(LENGTH, 1)) {
      for (int i = prompt.length; i < LENGTH; i++) {
        int[] prefix = java.util.Arrays.copyOf(tokens, i);
        Logits logits = session.forward(prefix, 0, Attention.CAUSAL, new int[] {i - 1});
        double[] p = new double[4];
        float[] row = java.util.Arrays.copyOf(logits.values(), 4);
        row[model.mask()] = Float.NEGATIVE_INFINITY;
        Distributions.softmax(row, 0, p);
        tokens[i] = Distributions.sample(p, random.uniform(i, 0));
        if (model.tokenizer().isEnd(tokens[i])) {
          return java.util.Arrays.copyOfRange(tokens, prompt.length, i + 1);
        }
      }
    }
    return java.util.Arrays.copyOfRange(tokens, prompt.length, LENGTH);
  }

  @Test
  void everyForwardIsCounted() {
    JointModel endless = JointModel.random(8, 2, 3);
    int[] prompt = {0, 1};
    // Two blocks of 4, the first with a prompt's tail of 2: 2 + 4 steps and one commit between.
    assertEquals(7, Decode.forwards("block-diffusion:block=4", endless, prompt, 6, 1));
    assertEquals(6, Decode.forwards("block-diffusion:block=4,cache=fused", endless, prompt, 6, 1));
    assertEquals(6, Decode.forwards("block-diffusion:block=4,cache=none", endless, prompt, 6, 1));
    // The prompt is a block of its own: one prefill, then 2 steps a block, commits between.
    assertEquals(9, Decode.forwards("block-diffusion:block=2", endless, prompt, 6, 1));
    // Shifted and block 1: prefill gives the first token, then one forward a token, as AR.
    assertEquals(6, Decode.forwards("block-diffusion:block=1", endless.shifted(), prompt, 6, 1));
  }

  @Test
  void stopsWithTheBlockThatHoldsTheFirstEnd() {
    int stopped = 0;
    for (int seed = 0; seed < 40; seed++) {
      String spec = "block-diffusion:block=2,order=random,temperature=1";
      int[] prompt = {0};
      int[] tokens = Decode.tokens(spec, model, prompt, LENGTH - 1, seed);
      assertArrayEquals(
          tokens, Decode.tokens(spec + ",early-stop=false", model, prompt, LENGTH - 1, seed));
      for (int i = 0; i < tokens.length - 1; i++) {
        assertTrue(tokens[i] != 2, "nothing follows an end");
      }
      long early = Decode.forwards(spec, model, prompt, LENGTH - 1, seed);
      long whole = Decode.forwards(spec + ",early-stop=false", model, prompt, LENGTH - 1, seed);
      assertTrue(early <= whole);
      stopped += early < whole ? 1 : 0;
      if (tokens.length == 1) {
        assertTrue(whole <= 1, "only the first block was touched");
      }
    }
    assertTrue(stopped > 0);
  }
}
