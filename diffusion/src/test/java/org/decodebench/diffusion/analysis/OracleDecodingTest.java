package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.HiddenMarkovSource;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.decodebench.diffusion.Decode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoders on sources whose probabilities are known, over all texts that can come out. */
class OracleDecodingTest {
  private static final int[] BEGIN = {WordTokenizer.BEGIN};
  private static final int LENGTH = 4;

  private static final List<AnyOrderSource> SOURCES =
      List.of(
          MarkovSource.random("zeros", 3, 1, 0.4, 7),
          MarkovSource.randomWithEnd("ending", 2, 2, 0, 0.3, 8),
          HiddenMarkovSource.random("hidden", 3, 2, 0.2, 9));

  private static Map<List<Integer>, Double> distribution(String spec, AnyOrderSource source) {
    return distribution(spec, source, LENGTH);
  }

  private static Map<List<Integer>, Double> distribution(
      String spec, AnyOrderSource source, int length) {
    return ExactSampler.distribution(
        Decode.decoder(spec), OracleModel.diffusion(source), BEGIN, length);
  }

  private static double distance(Map<List<Integer>, Double> distribution, AnyOrderSource source) {
    double distance = 0;
    double covered = 0;
    for (var entry : distribution.entrySet()) {
      int[] text = entry.getKey().stream().mapToInt(Integer::intValue).toArray();
      double p = Math.exp(source.logProbability(text, 0, text.length));
      covered += p;
      distance += Math.max(0, entry.getValue() - p);
    }
    assertEquals(1, distribution.values().stream().mapToDouble(p -> p).sum(), 1e-9);
    assertTrue(covered <= 1 + 1e-9);
    return distance;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "masked-diffusion:order=random",
        "masked-diffusion:order=confidence",
        "masked-diffusion:order=margin",
        "masked-diffusion:order=entropy",
        "masked-diffusion:order=confidence,block=2",
        "masked-diffusion:order=random,early-stop=false",
        "block-diffusion:block=1",
        "block-diffusion:block=2,order=random",
        "block-diffusion:block=3,cache=fused",
        "block-diffusion:block=5,cache=none"
      })
  void onePositionAStepReproducesTheSourceExactly(String spec) {
    for (AnyOrderSource source : SOURCES) {
      String full = spec + (spec.contains(":") ? "," : ":") + "temperature=1";
      assertEquals(0, distance(distribution(full, source), source), 1e-6, source.name());
    }
  }

  @Test
  void parallelCommitsAndSampleThenRankDoNotReproduceIt() {
    for (AnyOrderSource source : SOURCES) {
      double pairs =
          distance(
              distribution("masked-diffusion:order=random,steps=2,temperature=1", source), source);
      // Sampling everywhere in every step has far more branches: a shorter text.
      String biased = "masked-diffusion:order=sampled-confidence,temperature=1";
      double ranked = distance(distribution(biased, source, 3), source);
      assertTrue(pairs > 0.005, source.name() + " in two steps: " + pairs);
      assertTrue(ranked > 0.005, source.name() + " sampled, then ranked: " + ranked);
    }
  }

  @Test
  void parallelCommitsMakeTextsThatTheSourceForbids() {
    AnyOrderSource source = SOURCES.getFirst();
    Map<List<Integer>, Double> once =
        distribution("masked-diffusion:steps=1,temperature=1", source);
    double invalid = 0;
    for (var entry : once.entrySet()) {
      int[] text = entry.getKey().stream().mapToInt(Integer::intValue).toArray();
      invalid += source.isValid(text) ? 0 : entry.getValue();
    }
    assertTrue(invalid > 0.05, "mass on impossible texts: " + invalid);
  }
}
