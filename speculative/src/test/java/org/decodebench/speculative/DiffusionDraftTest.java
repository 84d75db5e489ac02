package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.ar.Enumeration;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A diffusion oracle drafts for the autoregressive oracle of the same source, or of another. */
class DiffusionDraftTest {
  private static final MarkovSource SOURCE = MarkovSource.random("markov", 3, 2, 0.2, 5);
  private static final MarkovSource OTHER = MarkovSource.random("other", 3, 1, 0, 6);
  private static final LanguageModel TARGET = OracleModel.autoregressive(SOURCE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "diffusion-draft:draft=same,k=3",
        "diffusion-draft:draft=shifted,k=2",
        "diffusion-draft:draft=other,k=4"
      })
  void sampledTextHasTheTargetsDistribution(String spec) {
    Map<String, Double> truth = new LinkedHashMap<>();
    enumerate(new int[0], truth);
    for (long seed = 1; seed <= 3; seed++) {
      DecodeRequest request = new DecodeRequest(TARGET, Prompts.same(4000, begin()), 5, seed);
      DecodeResult result =
          Decoders.create(spec + ",temperature=1,batch=100", DiffusionDraftTest::model)
              .decode(request, DecodeListener.NONE);
      double p =
          new Enumeration(truth)
              .pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens));
      assertTrue(p > 0.01, "seed %d: p = %.4f".formatted(seed, p));
      assertTrue(result.accepted() > 0 && result.accepted() < result.drafted());
    }
  }

  @Test
  void anAutoregressiveDraftIsRefused() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                Decoders.create("diffusion-draft:draft=target", DiffusionDraftTest::model)
                    .decode(
                        DecodeRequest.of(TARGET, new int[] {begin()}, 4, 1), DecodeListener.NONE));
    assertTrue(e.getMessage().contains("needs a masked- or block-diffusion"), e.getMessage());
  }

  private static LanguageModel model(String reference) {
    return switch (reference) {
      case "same" -> OracleModel.diffusion(SOURCE);
      case "shifted" -> OracleModel.diffusion(SOURCE, 1);
      case "other" -> OracleModel.diffusion(OTHER);
      default -> TARGET;
    };
  }

  private static int begin() {
    return SOURCE.tokenizer().begin().orElseThrow();
  }

  private static void enumerate(int[] text, Map<String, Double> all) {
    double logp = SOURCE.logProbability(text, 0, text.length);
    if (logp == Double.NEGATIVE_INFINITY) {
      return;
    }
    if (text.length == 5) {
      all.put(Arrays.toString(text), Math.exp(logp));
      return;
    }
    for (int v = 0; v < SOURCE.vocabSize(); v++) {
      int[] longer = Arrays.copyOf(text, text.length + 1);
      longer[text.length] = v;
      enumerate(longer, all);
    }
  }
}
