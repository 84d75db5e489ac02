package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.junit.jupiter.api.Test;

class ErrorDecompositionTest {
  private static final int LENGTH = 4;
  private final MarkovSource source = MarkovSource.random("truth", 3, 1, 0.3, 12);
  private final LanguageModel oracle = OracleModel.diffusion(source);

  /** What a network would be that had learned a language a little off. */
  private final LanguageModel network =
      OracleModel.diffusion(MarkovSource.random("learned", 3, 1, 0, 13));

  private static ErrorDecomposition decompose(
      String spec, LanguageModel network, MarkovSource source) {
    return ErrorDecomposition.of(spec, Optional.ofNullable(network), source, LENGTH);
  }

  @Test
  void anExactSamplerOnAnExactNetworkHasNoErrorAnywhere() {
    ErrorDecomposition errors = decompose("masked-diffusion:order=random", oracle, source);
    assertEquals(0, errors.sampler().totalVariation(), 1e-6);
    assertEquals(0, errors.network().orElseThrow().totalVariation(), 1e-6);
    assertEquals(0, errors.total().orElseThrow().totalVariation(), 1e-6);
    assertEquals(0, errors.total().orElseThrow().divergence(), 1e-5);
    assertEquals(LENGTH, errors.forwards(), 1e-9);
    assertTrue(errors.cache().isEmpty());
  }

  @Test
  void aFastSamplerOnAnExactNetworkHasSamplerErrorAlone() {
    ErrorDecomposition errors = decompose("masked-diffusion:order=random,steps=2", oracle, source);
    assertTrue(errors.sampler().totalVariation() > 0.02);
    assertEquals(0, errors.network().orElseThrow().totalVariation(), 1e-6);
    assertEquals(
        errors.sampler().totalVariation(), errors.total().orElseThrow().totalVariation(), 1e-9);
    assertTrue(errors.sampler().excluded() > 0, "impossible texts come out");
    assertEquals(2, errors.forwards(), 1e-9);
  }

  @Test
  void anExactSamplerOnAnotherLanguageHasNetworkErrorAlone() {
    ErrorDecomposition errors = decompose("block-diffusion:block=2,order=entropy", network, source);
    assertEquals(0, errors.sampler().totalVariation(), 1e-6);
    Distribution truth = Distribution.of(source, new int[0], LENGTH);
    MarkovSource learned = (MarkovSource) ((OracleModel) network).source();
    double distance = Distribution.of(learned, new int[0], LENGTH).totalVariation(truth);
    assertEquals(distance, errors.network().orElseThrow().totalVariation(), 1e-6);
    assertEquals(distance, errors.total().orElseThrow().totalVariation(), 1e-6);
  }

  @Test
  void theCachesPartIsReportedOnlyWhereThereIsAnApproximateCache() {
    String spec = "masked-diffusion:block=2,cache=dual,order=confidence";
    ErrorDecomposition errors = decompose(spec, oracle, source);
    assertEquals(0, errors.cache().orElseThrow().totalVariation(), 1e-6, "an oracle has no layers");
    assertThrows(UsageException.class, () -> decompose("nosuch", oracle, source));
  }

  @Test
  void theNetworksPartIsInTheSamplersOwnOrder() {
    assertEquals(
        "masked-diffusion:order=margin,block=2,temperature=1",
        ErrorDecomposition.oneByOne("masked-diffusion:order=margin,steps=2,block=2,cache=dual"));
    assertEquals(
        "masked-diffusion:order=random,temperature=1",
        ErrorDecomposition.oneByOne("masked-diffusion:sampler=ancestral,steps=4"));
    assertEquals(
        "masked-diffusion:order=entropy,block=2,temperature=1",
        ErrorDecomposition.oneByOne("masked-diffusion:entropy-bound=0.1,block=2"));
    assertEquals(
        "masked-diffusion:temperature=1",
        ErrorDecomposition.oneByOne("masked-diffusion:threshold=0.9,temperature=1"));
  }

  @Test
  void divergenceIsThatOfTheTableByHand() {
    Distribution fair =
        new Distribution(java.util.Map.of(java.util.List.of(0), 0.5, java.util.List.of(1), 0.5));
    Distribution loaded =
        new Distribution(java.util.Map.of(java.util.List.of(0), 0.9, java.util.List.of(1), 0.1));
    double nats = 0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1);
    assertEquals(nats, fair.divergence(loaded), 1e-12);
    assertEquals(0.4, fair.totalVariation(loaded), 1e-12);
    Distribution sure = new Distribution(java.util.Map.of(java.util.List.of(0), 1.0));
    assertEquals(Double.POSITIVE_INFINITY, fair.divergence(sure));
    assertEquals(0.5, fair.excludedBy(sure), 1e-12);
  }
}
