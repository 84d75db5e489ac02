package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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

  /** Total variation from the source's own texts. */
  private static double distance(String spec, AnyOrderSource source, int length) {
    return distribution(spec, source, length)
        .totalVariation(Distribution.of(source, new int[0], length));
  }

  private static Distribution distribution(String spec, AnyOrderSource source, int length) {
    return ExactSampler.of(Decode.decoder(spec), OracleModel.diffusion(source), BEGIN, length);
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
        "block-diffusion:block=5,cache=none",
        // What is certain may go together, in zero entropy or at confidence 1; nothing else.
        "masked-diffusion:threshold=1",
        "masked-diffusion:factor=0",
        "masked-diffusion:entropy-bound=0",
        "masked-diffusion:sampler=first-hitting",
        "masked-diffusion:sampler=hierarchical,threshold=1,low-threshold=1",
        "masked-diffusion:order=left-to-right",
        "block-diffusion:block=3,threshold=1",
        "block-diffusion:block=5,sub-block=2",
        "block-diffusion:block=4,sub-block=2,sub-cache=true,order=random",
        // An oracle has no layers: what a cache keeps is what the canvas holds.
        "masked-diffusion:order=random,block=2,cache=prefix",
        "masked-diffusion:order=random,block=2,cache=dual",
        "masked-diffusion:order=random,block=2,cache=vicinity,vicinity=1",
        "masked-diffusion:order=random,cache=delayed"
      })
  void onePositionAStepReproducesTheSourceExactly(String spec) {
    for (AnyOrderSource source : SOURCES) {
      String full = spec + (spec.contains(":") ? "," : ":") + "temperature=1";
      assertEquals(0, distance(full, source, LENGTH), 1e-6, source.name());
    }
  }

  @Test
  void parallelCommitsAndSampleThenRankDoNotReproduceIt() {
    for (AnyOrderSource source : SOURCES) {
      double pairs =
          distance("masked-diffusion:order=random,steps=2,temperature=1", source, LENGTH);
      // Sampling everywhere in every step has far more branches: a shorter text.
      double ranked =
          distance("masked-diffusion:order=sampled-confidence,temperature=1", source, 3);
      assertTrue(pairs > 0.005, source.name() + " in two steps: " + pairs);
      assertTrue(ranked > 0.005, source.name() + " sampled, then ranked: " + ranked);
    }
  }

  @Test
  void parallelCommitsMakeTextsThatTheSourceForbids() {
    AnyOrderSource source = SOURCES.getFirst();
    Distribution once = distribution("masked-diffusion:steps=1,temperature=1", source, LENGTH);
    Distribution truth = Distribution.of(source, new int[0], LENGTH);
    assertTrue(once.excludedBy(truth) > 0.05, "mass on impossible texts");
    assertEquals(0, truth.excludedBy(once), "but whatever is possible can come out");
  }
}
