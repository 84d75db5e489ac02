package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.ar.Enumeration;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sampling with drafters of trained models has the target's distribution: all continuations that
 * top-k leaves are enumerated on the embedded transformer, and a chi-square test compares.
 */
class HeadsTest {
  private static final LanguageModel TARGET = load("tales-ar");
  private static final int LENGTH = 3;
  private static final int TOP_K = 3;
  private static final int SAMPLE = 2000;

  /** Fixed: a right decoder fails one test in a hundred at p > 0.01 by chance alone. */
  private static final long[] SEEDS = {21, 22, 23};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "medusa:heads=tales-medusa,k=2",
        "medusa:heads=tales-medusa,tree=3x2",
        "eagle:heads=tales-eagle,k=2",
        "eagle:heads=tales-eagle,tree=3x2",
        "eagle:heads=tales-eagle,k=2,nodes=4,beam=3",
        "diffusion-draft:draft=tales-bd8,k=2",
        "speculative:draft=layers:0+1+3:tales-ar,k=2",
        "speculative:draft=ngram:tales:3,k=2"
      })
  void sampledSpeculativeHasTheTargetsDistribution(String spec) {
    int[] prompt = TARGET.tokenizer().encode("one day the", true);
    Map<String, Double> all = new LinkedHashMap<>();
    enumerate(prompt, prompt.length, 1, all);
    assertEquals(1, all.values().stream().mapToDouble(x -> x).sum(), 1e-9);
    Enumeration truth = new Enumeration(all);
    for (long seed : SEEDS) {
      DecodeResult result =
          Decoders.create(spec + ",temperature=1,batch=200,top-k=" + TOP_K, HeadsTest::load)
              .decode(
                  new DecodeRequest(TARGET, Prompts.same(SAMPLE, prompt), LENGTH, seed),
                  DecodeListener.NONE);
      double p = truth.pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens));
      assertTrue(p > 0.01, "seed %d: p = %.4f".formatted(seed, p));
      assertTrue(result.accepted() > 0 && result.accepted() < result.drafted());
    }
  }

  private static void enumerate(int[] text, int prompt, double mass, Map<String, Double> all) {
    if (text.length == prompt + LENGTH
        || (text.length > prompt && TARGET.tokenizer().isEnd(text[text.length - 1]))) {
      all.put(Arrays.toString(Arrays.copyOfRange(text, prompt, text.length)), mass);
      return;
    }
    double[] p = next(text);
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - TOP_K];
    double kept = Arrays.stream(p).filter(x -> x >= least).sum();
    for (int v = 0; v < p.length; v++) {
      if (p[v] >= least) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = v;
        enumerate(longer, prompt, mass * p[v] / kept, all);
      }
    }
  }

  private static double[] next(int[] text) {
    double[] p = new double[TARGET.config().vocabSize()];
    try (Session session = TARGET.open(text.length, 1)) {
      Logits logits =
          session.forward(List.of(new Run(0, text, 0, Attention.CAUSAL, Run.last(text.length))));
      Distributions.softmax(logits.values(), 0, p);
    }
    return p;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          medusa                                | needs trained heads
          eagle                                 | needs a trained head
          medusa:heads=tales-draft              | holds none of this kind
          medusa:heads=tales-eagle              | holds none of this kind
          eagle:heads=tales-medusa              | holds none of this kind
          medusa:heads=tales-medusa,k=9         | ask for k=4 or less
          speculative:draft=tales-eagle         | cannot be used alone
          ar                                    | cannot be used alone
          """)
  void headsThatDoNotSuitAreRefusedInOneLine(String spec, String what) {
    LanguageModel target = spec.equals("ar") ? load("tales-eagle") : TARGET;
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                Decoders.create(spec, HeadsTest::load)
                    .decode(DecodeRequest.of(target, new int[] {0, 5}, 5, 1), DecodeListener.NONE));
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eagle:heads=tales-eagle,tree=3x2x1",
        "eagle:heads=tales-eagle,k=5",
        "eagle:heads=tales-eagle,k=4,nodes=7",
        "medusa:heads=tales-medusa,tree=3x2x1"
      })
  void treesReachTheVeryEndOfTheContext(String spec) {
    for (String text : List.of("one day the", "one evening the polite boy", "the")) {
      int[] prompt = TARGET.tokenizer().encode(text, true);
      int room = TARGET.config().contextLength() - prompt.length;
      DecodeRequest request = DecodeRequest.of(TARGET, prompt, room, 1);
      assertArrayEquals(
          tokens("ar:min-new-tokens=" + room, request),
          tokens(spec + ",min-new-tokens=" + room, request));
    }
  }

  private static int[] tokens(String spec, DecodeRequest request) {
    return Decoders.create(spec, HeadsTest::load)
        .decode(request, DecodeListener.NONE)
        .sequences()
        .getFirst()
        .tokens();
  }

  @Test
  void anEagleHeadAgreesWithItsTargetMoreOftenThanChance() {
    DecodeResult result =
        Decoders.create("eagle:heads=tales-eagle,k=2,temperature=1", HeadsTest::load)
            .decode(
                DecodeRequest.of(TARGET, TARGET.tokenizer().encode("one day", true), 80, 1),
                DecodeListener.NONE);
    assertTrue(result.accepted() > 0.5 * result.drafted());
  }

  private static LanguageModel load(String name) {
    return Models.load(name, new RuntimeOptions(1, Backend.AUTO));
  }
}
