package org.decodebench.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.diffusion.analysis.CacheCertificate;
import org.decodebench.diffusion.decode.DiffusionDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact statements, on the embedded networks and the real runtime. */
class TrainedNetworkTest {
  private static final int NEW = 32;
  private static final Source TALES = Sources.byName("tales");
  private static final LanguageModel MASKED = load("tales-mdlm", 1);
  private static final LanguageModel BLOCKS = load("tales-bd8", 1);

  private static LanguageModel load(String name, int threads) {
    return Models.load(name, new RuntimeOptions(threads, Backend.AUTO));
  }

  /** The begin token and the first words of a story. */
  private static int[] prompt(int stream, int words) {
    int[] story = TALES.sample(new RandomStream(5, stream), 95);
    int[] prompt = new int[1 + words];
    prompt[0] = TALES.tokenizer().begin().orElseThrow();
    System.arraycopy(story, 0, prompt, 1, words);
    return prompt;
  }

  /** The same network, offered to every decoder. */
  private record ForAnyDecoder(LanguageModel model, int logitShift) implements ForwardingModel {
    @Override
    public ModelConfig config() {
      ModelConfig c = model.config();
      return new ModelConfig(
          c.architecture(),
          c.vocabSize(),
          c.hiddenSize(),
          c.layers(),
          c.heads(),
          c.kvHeads(),
          c.headSize(),
          c.mlpSize(),
          c.contextLength(),
          c.norm(),
          c.normEpsilon(),
          c.positions(),
          c.mlp(),
          c.qkNorm(),
          c.tiedEmbeddings(),
          c.slidingWindow(),
          Paradigm.ANY,
          OptionalInt.of(c.maskTokenId().orElseThrow()),
          logitShift,
          c.blockSize());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "steps=4",
        "order=random,steps=4,temperature=1",
        "threshold=0.6,temperature=1",
        "entropy-bound=0.5,temperature=1",
        "sampler=hierarchical,threshold=0.5,temperature=1",
        "threshold=0.7,credit=0.7,temperature=1",
        "sampler=remask,remask=rescale,eta=0.3,steps=6,temperature=1",
        "steps=3,edit=0.5,temperature=1"
      })
  void blockDiffusionWithItsCacheEqualsWithoutToTheToken(String sampler) {
    for (int shift = 0; shift <= 1; shift++) {
      LanguageModel model = new ForAnyDecoder(BLOCKS, shift);
      for (int i = 0; i < 4; i++) {
        String spec = "block-diffusion:block=8," + sampler;
        int[] slow = Decode.tokens(spec + ",cache=none", model, prompt(i, 3 + 3 * i), NEW, i);
        int[] cached = Decode.tokens(spec, model, prompt(i, 3 + 3 * i), NEW, i);
        int[] fused = Decode.tokens(spec + ",cache=fused", model, prompt(i, 3 + 3 * i), NEW, i);
        assertArrayEquals(slow, cached, spec);
        assertArrayEquals(slow, fused, spec);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order=random,temperature=1,steps=8",
        "threshold=0.5,temperature=1",
        "sampler=ancestral,steps=8,temperature=1",
        "sampler=mask-predict,steps=4"
      })
  void blockAsLongAsTheCanvasGivesMaskedDiffusionsTokensAtTheSameSeed(String sampler) {
    for (int shift = 0; shift <= 1; shift++) {
      LanguageModel model = new ForAnyDecoder(MASKED, shift);
      for (int seed = 0; seed < 3; seed++) {
        int[] prompt = prompt(seed, 5);
        assertArrayEquals(
            Decode.tokens("masked-diffusion:" + sampler, model, prompt, NEW, seed),
            Decode.tokens(
                "block-diffusion:block=%d,%s".formatted(prompt.length + NEW, sampler),
                model,
                prompt,
                NEW,
                seed));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "masked-diffusion:threshold=0.5,temperature=1",
        "masked-diffusion:steps=8,order=margin,temperature=1",
        "masked-diffusion:block=8,steps=8,cache=dual,temperature=1",
        "masked-diffusion:steps=6,guidance=0.5,temperature=1"
      })
  void batchAndThreadsDoNotChangeTokens(String spec) {
    List<int[]> prompts = List.of(prompt(0, 4), prompt(1, 9), prompt(2, 1), prompt(3, 6));
    List<int[]> alone = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      alone.add(alone(spec, MASKED, prompts.get(i), i));
    }
    for (int threads = 1; threads <= 2; threads++) {
      List<int[]> together =
          Decode.batch(Decode.decoder(spec), load("tales-mdlm", threads), prompts, NEW, 11);
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(alone.get(i), together.get(i));
      }
    }
  }

  @Test
  void batchAndThreadsDoNotChangeTheTokensOfBlocks() {
    String spec = "block-diffusion:threshold=0.6,temperature=1";
    List<int[]> prompts = List.of(prompt(0, 4), prompt(1, 9), prompt(2, 1), prompt(3, 17));
    List<int[]> together =
        Decode.batch(Decode.decoder(spec), load("tales-bd8", 2), prompts, NEW, 11);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(alone(spec, BLOCKS, prompts.get(i), i), together.get(i));
    }
  }

  private static int[] alone(String spec, LanguageModel model, int[] prompt, int stream) {
    return Decode.decoder(spec)
        .decode(
            new DecodeRequest(model, List.of(new DecodeRequest.Prompt(stream, prompt)), NEW, 11),
            DecodeListener.NONE)
        .sequences()
        .getFirst()
        .tokens();
  }

  @Test
  void aThresholdOfOneIsOneAtATime() {
    for (int seed = 0; seed < 2; seed++) {
      for (String spec :
          List.of(
              "masked-diffusion:temperature=1",
              "masked-diffusion:block=8,cache=dual,temperature=1",
              "block-diffusion:temperature=1")) {
        LanguageModel model = spec.startsWith("block") ? BLOCKS : MASKED;
        assertArrayEquals(
            Decode.tokens(spec, model, prompt(seed, 5), NEW, seed),
            Decode.tokens(spec + ",threshold=1", model, prompt(seed, 5), NEW, seed),
            spec);
      }
    }
  }

  @Test
  void refreshingACacheInEveryStepIsNoCacheAndNotRefreshingIsApproximate() {
    String spec = "masked-diffusion:block=8,steps=16,order=random,temperature=1";
    int differ = 0;
    for (int seed = 0; seed < 6; seed++) {
      int[] exact = Decode.tokens(spec, MASKED, prompt(seed, 5), NEW, seed);
      for (String cache : List.of("prefix", "dual", "vicinity", "delayed")) {
        String cached = spec + ",cache=" + cache;
        assertArrayEquals(
            exact, Decode.tokens(cached + ",refresh=1", MASKED, prompt(seed, 5), NEW, seed));
        differ +=
            Arrays.equals(exact, Decode.tokens(cached, MASKED, prompt(seed, 5), NEW, seed)) ? 0 : 1;
      }
    }
    assertTrue(differ > 0, "a stale cache changes some text");
  }

  @Test
  void theCertificateOfACacheThatIsRefreshedInEveryStepIsCleanAndOthersShowTheirDrift() {
    DecodeRequest request = DecodeRequest.of(MASKED, prompt(1, 5), NEW, 3);
    String spec = "masked-diffusion:block=16,steps=16,order=random,temperature=1";
    DiffusionDecoder uncached = Decode.decoder(spec);
    CacheCertificate clean =
        CacheCertificate.of(Decode.decoder(spec + ",cache=dual,refresh=1"), uncached, request);
    assertEquals(0, clean.flipped());
    for (CacheCertificate.StepCertificate step : clean.steps()) {
      assertEquals(0, step.drift());
      assertEquals(0, step.maxDivergence());
      assertEquals(0, step.flips());
    }
    CacheCertificate stale =
        CacheCertificate.of(Decode.decoder(spec + ",cache=dual"), uncached, request);
    double first = stale.steps().getFirst().drift();
    assertEquals(0, first, "a block begins with a whole forward");
    assertTrue(stale.steps().get(4).drift() > 0);
    assertTrue(stale.steps().get(4).meanDivergence() > 0);
    CacheCertificate refreshed =
        CacheCertificate.of(Decode.decoder(spec + ",cache=dual,refresh=2"), uncached, request);
    assertTrue(meanDrift(refreshed) < meanDrift(stale), "refreshing lowers the drift");
  }

  @Test
  void aSubBlockAsLongAsTheBlockNeedsNoMoreThanItselfAndAShorterOneDrifts() {
    String spec = "block-diffusion:order=confidence,temperature=1,sub-block=";
    DecodeRequest request = DecodeRequest.of(BLOCKS, prompt(1, 5), NEW, 3);
    for (int seed = 0; seed < 3; seed++) {
      assertArrayEquals(
          Decode.tokens(spec + 8, BLOCKS, prompt(seed, 5), NEW, seed),
          Decode.tokens(spec + "8,sub-cache=true", BLOCKS, prompt(seed, 5), NEW, seed));
    }
    CacheCertificate clean = CacheCertificate.of(spec + "8,sub-cache=true", request);
    assertEquals(0, clean.flipped());
    assertEquals(0, meanDrift(clean));
    CacheCertificate stale = CacheCertificate.of(spec + "4,sub-cache=true", request);
    assertEquals(0, stale.steps().getFirst().drift(), "a sub-block begins with a whole forward");
    assertTrue(meanDrift(stale) > 0);
  }

  private static double meanDrift(CacheCertificate certificate) {
    return certificate.steps().stream().mapToDouble(s -> s.drift()).average().orElseThrow();
  }

  @Test
  void theBoundDoesNotDependOnThreadsAndBothFormsAgree() {
    List<ScoredText> texts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int[] story = TALES.sample(new RandomStream(6, i), 95);
      int[] canvas = new int[96];
      Arrays.fill(canvas, TALES.tokenizer().end().orElseThrow());
      canvas[0] = TALES.tokenizer().begin().orElseThrow();
      System.arraycopy(story, 0, canvas, 1, story.length);
      texts.add(ScoredText.canvas(canvas, 1, TALES.tokenizer()::isEnd));
    }
    for (String name : List.of("tales-mdlm", "tales-bd8")) {
      LanguageModel model = load(name, 1);
      Likelihood count = evaluate("nelbo", model, texts, 16);
      Likelihood again = evaluate("nelbo", load(name, 2), texts, 16);
      assertEquals(count, again);
      Likelihood time = evaluate("nelbo-time", model, texts, 16);
      double error = Math.hypot(count.standardError(), time.standardError());
      assertEquals(count.nats(), time.nats(), 4 * error, name);
    }
  }

  private static Likelihood evaluate(
      String method, LanguageModel model, List<ScoredText> texts, int samples) {
    return LikelihoodMethod.all().stream()
        .filter(m -> m.name().equals(method))
        .findFirst()
        .orElseThrow()
        .evaluate(model, texts, new LikelihoodMethod.Options(samples, 1, done -> {}));
  }
}
