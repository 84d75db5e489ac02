package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.decodebench.ar.Enumeration;
import org.decodebench.ar.ToyModel;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sampled speculative decoding has the target's distribution: all continuations of a prompt are
 * enumerated, and a chi-square test compares a sample with them.
 */
class LosslessTest {
  private static final ToyModel TARGET = new ToyModel("toy", 6, 17, 3, 1.2, 0, -0.5);
  private static final int[] PROMPT = {0, 2, 3, 2, 3, 2};
  private static final int LENGTH = 4;
  private static final int SAMPLE = 6000;

  /** Fixed: a right decoder fails one test in a hundred at p > 0.01 by chance alone. */
  private static final long[] SEEDS = {11, 12, 13};

  @ParameterizedTest
  @CsvSource({
    "'speculative:draft=near,k=3,temperature=1', 1, 6",
    "'speculative:draft=far,k=2,temperature=1', 1, 6",
    "'speculative:draft=far,k=4,temperature=1,confidence=0.35', 1, 6",
    "'speculative:draft=far,k=3,temperature=0.7,top-k=3', 0.7, 3",
    "'speculative:draft=far,tree=3x2x1,temperature=1', 1, 6",
    "'speculative:draft=near,tree=2x2x2,temperature=0.7,top-k=3', 0.7, 3",
    "'speculative:draft=far,k=3,nodes=6,beam=3,temperature=1', 1, 6",
    "'speculative:draft=near,k=3,nodes=4,beam=2,temperature=0.7,top-k=3', 0.7, 3",
    "'speculative:draft=far,k=4,adaptive=true,temperature=1', 1, 6",
    "'speculative:draft=near,k=4,adaptive=true,draft-cost=0.3,verify-cost=0.2,temperature=1', 1, 6",
    "'prompt-lookup:k=3,temperature=1', 1, 6"
  })
  void sampledSpeculativeHasTheTargetsDistribution(String spec, double temperature, int topK) {
    assertTargetsDistribution(spec, warp(temperature, topK));
  }

  @Test
  void sampledTextDraftedFromCountsHasTheTargetsDistribution(@TempDir Path folder)
      throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "ababcbcadcab".repeat(3));
    assertTargetsDistribution("ngram-draft:k=3,order=3,temperature=1,text=" + text, warp(1, 6));
  }

  private static void assertTargetsDistribution(String spec, UnaryOperator<double[]> warp) {
    Enumeration truth = Enumeration.of(TARGET, PROMPT, LENGTH, warp);
    assertEquals(1, truth.probability().values().stream().mapToDouble(x -> x).sum(), 1e-9);
    for (long seed : SEEDS) {
      DecodeResult result =
          Decoders.create(spec, reference -> TARGET.draft(reference.equals("near") ? 0.5 : 2))
              .decode(request(seed), DecodeListener.NONE);
      double p = truth.pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens));
      assertTrue(p > 0.01, "seed %d: p = %.4f".formatted(seed, p));
      assertTrue(result.accepted() > 0 && result.accepted() < result.drafted());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"k=3", "tree=3x2x1", "k=3,nodes=6,beam=3"})
  void theSameTestNoticesAVerifierThatSkipsTheResidual(String shape) {
    Enumeration truth = Enumeration.of(TARGET, PROMPT, LENGTH);
    SpeculativeDecoder decoder =
        (SpeculativeDecoder)
            Decoders.create(
                "speculative:draft=far,temperature=1," + shape, reference -> TARGET.draft(2));
    List<Double> values = new ArrayList<>();
    for (long seed : SEEDS) {
      Verifier broken = new Verifier(decoder.sampler(request(seed)), (p, q, token) -> {});
      DecodeResult result = decoder.decode(request(seed), DecodeListener.NONE, broken);
      values.add(truth.pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens)));
    }
    assertTrue(values.stream().allMatch(p -> p < 1e-6), values.toString());
  }

  private static DecodeRequest request(long seed) {
    return new DecodeRequest(TARGET, Prompts.same(SAMPLE, PROMPT), LENGTH, seed);
  }

  /** Temperature and top-k, written out again. */
  private static UnaryOperator<double[]> warp(double temperature, int topK) {
    return logits -> {
      double[] sorted = logits.clone();
      Arrays.sort(sorted);
      double least = sorted[sorted.length - topK];
      return Arrays.stream(logits)
          .map(x -> x < least ? Double.NEGATIVE_INFINITY : x / temperature)
          .toArray();
    };
  }
}
