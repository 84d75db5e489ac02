package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.DecodeResult.Stop;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArDecoderTest {
  private static final ToyModel MODEL = new ToyModel("toy", 12, 5);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar",
        "ar:prefill-chunk=2",
        "ar:temperature=1",
        "ar:temperature=0.7,prefill-chunk=3"
      })
  void cachedEqualsUncached(String spec) {
    double temperature = spec.contains("=1") ? 1 : spec.contains("0.7") ? 0.7 : 0;
    for (Prompt prompt : prompts(30)) {
      int[] expected = uncached(MODEL, prompt, 40, 9, temperature);
      DecodeResult result = decode(spec, new DecodeRequest(MODEL, List.of(prompt), 40, 9));
      assertArrayEquals(expected, result.sequences().getFirst().tokens());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar",
        "ar:temperature=1,top-p=0.9,repetition-penalty=1.2",
        "ar:temperature=1,batch=4",
        "ar:temperature=1,batch=3,prefill-chunk=2"
      })
  void batchedEqualsAlone(String spec) {
    List<Prompt> prompts = prompts(11);
    DecodeResult together = decode(spec, new DecodeRequest(MODEL, prompts, 30, 1));
    for (int i = 0; i < prompts.size(); i++) {
      DecodeResult alone = decode(spec, new DecodeRequest(MODEL, List.of(prompts.get(i)), 30, 1));
      assertArrayEquals(
          alone.sequences().getFirst().tokens(), together.sequences().get(i).tokens());
    }
    assertTrue(
        together.sequences().stream().map(s -> s.tokens().length).distinct().count() > 2,
        "the sequences should have several lengths");
  }

  @Test
  void promptTakesOneForwardAndEveryFurtherTokenOne() {
    ToyModel endless = new ToyModel("toy", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);
    MeteredModel metered = new MeteredModel(endless, new CostCounter());
    decode("ar", new DecodeRequest(metered, List.of(new Prompt(0, new int[] {0, 3, 4})), 10, 0));
    assertEquals(10, metered.counter().total().forwards());
    assertEquals(3 + 9, metered.counter().total().positions());
    assertEquals(10, metered.counter().total().rows());
  }

  @Test
  void batchSharesItsForwardsAndTheFinishedLeave() {
    MeteredModel metered = new MeteredModel(MODEL, new CostCounter());
    List<Prompt> prompts = prompts(8);
    DecodeResult result = decode("ar:temperature=1", new DecodeRequest(metered, prompts, 30, 1));
    int longest = 0;
    int positions = 0;
    for (int i = 0; i < prompts.size(); i++) {
      int tokens = result.sequences().get(i).tokens().length;
      longest = Math.max(longest, tokens);
      positions += prompts.get(i).tokens().length + tokens - 1;
    }
    assertEquals(longest, metered.counter().total().forwards());
    assertEquals(positions, metered.counter().total().positions());
  }

  @Test
  void aSharedPrefixIsReadOnceAndChangesNothing() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int[] tokens = {0, 3, 4, 5, 6, 7, 2 + i, 3};
      prompts.add(new Prompt(i, Arrays.copyOf(tokens, i == 0 ? 6 : 8)));
    }
    MeteredModel metered = new MeteredModel(MODEL, new CostCounter());
    DecodeResult shared =
        decode("ar:temperature=1,share-prefix=true", new DecodeRequest(metered, prompts, 20, 1));
    long positions = metered.counter().total().positions();
    DecodeResult apart = decode("ar:temperature=1", new DecodeRequest(metered, prompts, 20, 1));
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(apart.sequences().get(i).tokens(), shared.sequences().get(i).tokens());
    }
    // Five tokens are common to all, and the last of the first prompt stays to be read.
    assertEquals(metered.counter().total().positions() - positions - 5 * 5, positions);
  }

  @Test
  void stopsAtTheFirstEndTokenAndSaysWhy() {
    ToyModel ending = new ToyModel("toy", 12, 5, 3, 2, 0, 100);
    DecodeResult ended =
        decode("ar", new DecodeRequest(ending, List.of(new Prompt(0, new int[] {0})), 10, 0));
    assertArrayEquals(new int[] {1}, ended.sequences().getFirst().tokens());
    assertEquals(Stop.END, ended.sequences().getFirst().stop());
    ToyModel endless = new ToyModel("toy", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);
    DecodeResult cut =
        decode("ar", new DecodeRequest(endless, List.of(new Prompt(0, new int[] {0})), 10, 0));
    assertEquals(10, cut.sequences().getFirst().tokens().length);
    assertEquals(Stop.LENGTH, cut.sequences().getFirst().stop());
  }

  @Test
  void eventsReplayTheResult() {
    List<Prompt> prompts = prompts(5);
    List<List<Integer>> heard = new ArrayList<>();
    prompts.forEach(p -> heard.add(new ArrayList<>()));
    List<String> order = new ArrayList<>();
    DecodeListener listener =
        new DecodeListener() {
          @Override
          public void prefilled() {
            order.add("prefilled");
          }

          @Override
          public void committed(
              int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
            order.add("committed");
            assertEquals(heard.get(sequence).size(), positions[0]);
            heard.get(sequence).add(tokens[0]);
          }
        };
    DecodeResult result =
        Decoders.create("ar:temperature=1,prefill-chunk=2", reference -> null)
            .decode(new DecodeRequest(MODEL, prompts, 20, 3), listener);
    assertEquals(0, order.indexOf("prefilled"));
    assertEquals(0, order.lastIndexOf("prefilled"));
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(
          result.sequences().get(i).tokens(),
          heard.get(i).stream().mapToInt(Integer::intValue).toArray());
    }
    assertTrue(result.phases().keySet().containsAll(List.of("prefill", "decode", "sample")));
  }

  @Test
  void sampledTokensHaveTheModelsDistribution() {
    // 4000 sequences of one prompt: the first two tokens against the product of the model's own
    // probabilities, 20 cells and the rest.
    ToyModel small = new ToyModel("toy", 6, 17);
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      prompts.add(new Prompt(i, new int[] {0, 2}));
    }
    DecodeResult result = decode("ar:temperature=1", new DecodeRequest(small, prompts, 2, 23));
    Enumeration truth = Enumeration.of(small, new int[] {0, 2}, 2);
    double p = truth.pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens));
    assertTrue(p > 0.01, "p = " + p);
  }

  @Test
  void refusesWhatItCannotDecode() {
    assertMessage("empty", request(new int[0], 4));
    assertMessage("token 99", request(new int[] {99}, 4));
    assertMessage("at most 253 new tokens", request(new int[] {0, 3, 4}, 254));
    assertMessage("shorten the prompt", request(new int[256], 1));
    assertMessage("at least 1", request(new int[] {0}, 0));
  }

  private static void assertMessage(String part, DecodeRequest request) {
    UsageException e = assertThrows(UsageException.class, () -> decode("ar", request));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  private static DecodeRequest request(int[] prompt, int maxNewTokens) {
    return DecodeRequest.of(MODEL, prompt, maxNewTokens, 0);
  }

  private static DecodeResult decode(String spec, DecodeRequest request) {
    return Decoders.create(spec, reference -> null).decode(request, DecodeListener.NONE);
  }

  /** Ragged prompts with begin tokens. */
  static List<Prompt> prompts(int count) {
    Random random = new Random(11);
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] tokens = new int[1 + random.nextInt(9)];
      for (int j = 1; j < tokens.length; j++) {
        tokens[j] = 2 + random.nextInt(10);
      }
      prompts.add(new Prompt(100 + i, tokens));
    }
    return prompts;
  }

  /** Every token from a fresh session over the whole text, written without the decoder's parts. */
  private static int[] uncached(
      LanguageModel model, Prompt prompt, int maxNewTokens, long seed, double temperature) {
    int[] text = prompt.tokens();
    while (text.length < prompt.tokens().length + maxNewTokens) {
      int token;
      try (Session session = model.open(text.length, 1)) {
        Logits logits = session.forward(text, 0, Attention.CAUSAL, Run.last(text.length));
        double[] p = new double[logits.vocab()];
        for (int v = 0; v < p.length; v++) {
          p[v] = logits.get(0, v) / (temperature == 0 ? 1 : temperature);
        }
        Distributions.softmax(p, p);
        double u = new RandomStream(seed, prompt.stream()).uniform(text.length, 0);
        token = temperature == 0 ? Distributions.argmax(p) : Distributions.sample(p, u);
      }
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = token;
      if (OptionalInt.of(token).equals(model.tokenizer().end())) {
        break;
      }
    }
    return Arrays.copyOfRange(text, prompt.tokens().length, text.length);
  }
}
