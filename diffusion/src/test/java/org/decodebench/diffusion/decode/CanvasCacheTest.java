package org.decodebench.diffusion.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.junit.jupiter.api.Test;

/** Caches of a bidirectional canvas, on models whose "keys and values" are the tokens they saw. */
class CanvasCacheTest {
  private static final int[] PROMPT = {WordTokenizer.BEGIN, 5, 3};
  private final OracleModel oracle =
      OracleModel.diffusion(MarkovSource.random("markov", 4, 2, 0.2, 3));

  private static final List<String> CACHES =
      List.of("cache=prefix", "cache=dual", "cache=vicinity,vicinity=2", "cache=delayed");

  @Test
  void refreshingInEveryStepIsNoCache() {
    for (String cache : CACHES) {
      for (int seed = 0; seed < 3; seed++) {
        String spec = "masked-diffusion:block=4,order=random,temperature=1";
        assertArrayEquals(
            Decode.tokens(spec, oracle, PROMPT, 12, seed),
            Decode.tokens(spec + ",refresh=1," + cache, oracle, PROMPT, 12, seed));
      }
    }
  }

  @Test
  void whatIsOutsideABlockDoesNotChangeSoStaleTokensAreExactForAModelWithoutLayers() {
    // The oracle's "cache" is the tokens themselves, which only change inside the block at work:
    // the caches' error is of networks alone, and here there is none.
    for (String cache : CACHES) {
      for (int seed = 0; seed < 3; seed++) {
        for (int shift = 0; shift <= 1; shift++) {
          OracleModel model =
              OracleModel.diffusion(MarkovSource.random("markov", 4, 2, 0.2, 3), shift);
          String spec = "masked-diffusion:block=4,order=entropy,temperature=1";
          assertArrayEquals(
              Decode.tokens(spec, model, PROMPT, 12, seed),
              Decode.tokens(spec + "," + cache, model, PROMPT, 12, seed),
              cache);
        }
      }
    }
  }

  @Test
  void positionsEvaluatedAreThoseOfTheCache() {
    // 12 new tokens after 3 in blocks of 4, one a step: 3 whole forwards of 15, 9 others.
    assertEquals(12 * 15, positions("masked-diffusion:block=4"));
    assertEquals(3 * 15 + 3 * (12 + 8 + 4), positions("masked-diffusion:block=4,cache=prefix"));
    assertEquals(3 * 15 + 9 * 4, positions("masked-diffusion:block=4,cache=dual"));
    assertEquals(6 * 15 + 6 * 4, positions("masked-diffusion:block=4,cache=dual,refresh=2"));
    // From left to right the delayed cache evaluates the token placed last and the masks.
    assertEquals(
        3 * 15 + (12 + 11 + 10) + (8 + 7 + 6) + (4 + 3 + 2),
        positions("masked-diffusion:block=4,order=left-to-right,cache=delayed"));
    // In any order: the masks and the token placed last, wherever they are.
    assertEquals(
        15 + (12 + 11 + 10 + 9 + 8 + 7 + 6 + 5 + 4 + 3 + 2),
        positions("masked-diffusion:order=random,cache=delayed"));
  }

  @Test
  void aSubBlockIsEvaluatedWithItsBlockOnceAndThenAlone() {
    // Blocks of 8 on a canvas of 15 in sub-blocks of 4: positions 3 | 4…7 | 8…11 | 12…14.
    String blocks = "block-diffusion:block=8,sub-block=4,order=confidence";
    int commit = 8;
    assertEquals(5 * 8 + commit + 7 * 7, positions(blocks));
    assertEquals(
        8 + (8 + 3 * 4) + commit + (7 + 3 * 4) + (7 + 2 * 3),
        positions(blocks + ",sub-cache=true"));
  }

  @Test
  void whatIsOutsideASubBlockDoesNotChangeEither() {
    for (String cache : List.of("block", "fused")) {
      for (int shift = 0; shift <= 1; shift++) {
        OracleModel model =
            OracleModel.diffusion(MarkovSource.random("markov", 4, 2, 0.2, 3), shift);
        for (int seed = 0; seed < 3; seed++) {
          String spec =
              "block-diffusion:block=8,sub-block=4,threshold=0.6,temperature=1,cache=" + cache;
          assertArrayEquals(
              Decode.tokens(spec, model, PROMPT, 20, seed),
              Decode.tokens(spec + ",sub-cache=true", model, PROMPT, 20, seed));
        }
      }
    }
    assertThrows(UsageException.class, () -> Decode.decoder("block-diffusion:sub-cache=true"));
    assertThrows(
        UsageException.class,
        () -> Decode.decoder("block-diffusion:sub-block=4,cache=none,sub-cache=true"));
  }

  private long positions(String spec) {
    CostCounter counter = new CostCounter();
    Decode.tokens(spec, new MeteredModel(oracle, counter), PROMPT, 12, 1);
    return counter.total().positions();
  }

  @Test
  void guidanceOfZeroIsNoneAndOtherwiseSharpensByTheUnconditional() {
    JointModel model = JointModel.random(3, 3, 8);
    int[] prompt = {1, 2};
    double[] conditional = model.conditional(new int[] {1, 2, 3}, 2);
    // The first token is where texts begin; only the rest of the prompt is masked.
    double[] unconditional = model.conditional(new int[] {1, 3, 3}, 2);
    double[] expected = new double[3];
    Arrays.setAll(expected, v -> Math.pow(conditional[v], 2.5) / Math.pow(unconditional[v], 1.5));
    double sum = Arrays.stream(expected).sum();
    double[] seen = new double[3];
    int n = 20_000;
    for (int seed = 0; seed < n; seed++) {
      String spec = "masked-diffusion:temperature=1,guidance=1.5";
      seen[Decode.tokens(spec, model, prompt, 1, seed)[0]] += 1.0 / n;
    }
    for (int v = 0; v < 3; v++) {
      double p = expected[v] / sum;
      assertEquals(p, seen[v], 4 * Math.sqrt(p * (1 - p) / n) + 1e-9);
    }
    CostCounter counter = new CostCounter();
    Decode.tokens("masked-diffusion:guidance=1.5", new MeteredModel(oracle, counter), PROMPT, 4, 1);
    assertEquals(4, counter.total().forwards());
    assertEquals(4 * 2 * 7, counter.total().positions(), "both canvases are counted");
    assertTrue(counter.total().rows() == 2 * (4 + 3 + 2 + 1));
  }
}
