package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.decodebench.ar.Enumeration;
import org.decodebench.ar.ToyModel;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeculativeTest {
  private static final ToyModel TARGET = new ToyModel("toy", 12, 5);
  private static final ToyModel ENDLESS =
      new ToyModel("endless", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "speculative:draft=near",
        "speculative:draft=far",
        "speculative:draft=same,k=7",
        "speculative:draft=near,k=1",
        "speculative:draft=near,k=6,confidence=0.4",
        "speculative:draft=near,repetition-penalty=1.3,prefill-chunk=2",
        "speculative:draft=near,k=6,adaptive=true",
        "speculative:draft=near,k=6,adaptive=true,draft-cost=0.3,verify-cost=0.4",
        "speculative:draft=near,tree=3x2x1",
        "speculative:draft=far,tree=2x2x2x1,batch=7",
        "speculative:draft=far,k=4,nodes=9,beam=3,batch=7",
        "speculative:draft=near,k=3,nodes=4,adaptive=true,draft-cost=0.3",
        "oracle-draft:acceptance=0.7",
        "oracle-draft:acceptance=0.5,draft=near,k=3",
        "prompt-lookup",
        "prompt-lookup:k=8,longest=2"
      })
  void greedySpeculativeEqualsGreedyAutoregressive(String spec) {
    String sampling = spec.contains("repetition") ? "ar:repetition-penalty=1.3" : "ar";
    List<Prompt> prompts = Prompts.ragged(200, 12);
    DecodeRequest request = new DecodeRequest(TARGET, prompts, 40, 1);
    DecodeResult expected = decode(sampling, request);
    DecodeResult result = decode(spec, request);
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(
          expected.sequences().get(i).tokens(), result.sequences().get(i).tokens(), "prompt " + i);
      assertEquals(expected.sequences().get(i).stop(), result.sequences().get(i).stop());
    }
    assertTrue(result.accepted() > 0);
    assertTrue(spec.contains("same") || result.accepted() < result.drafted());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "speculative:draft=near,temperature=1",
        "speculative:draft=near,temperature=1,batch=4,top-p=0.9",
        "speculative:draft=far,temperature=0.8,batch=3,confidence=0.3",
        "speculative:draft=far,temperature=1,batch=3,tree=3x2",
        "speculative:draft=far,temperature=1,batch=3,k=3,nodes=5",
        "speculative:draft=near,temperature=1,k=8,adaptive=true,stop=bc",
        "prompt-lookup:temperature=1,batch=5"
      })
  void batchedEqualsAlone(String spec) {
    List<Prompt> prompts = Prompts.ragged(13, 12);
    DecodeResult together = decode(spec, new DecodeRequest(TARGET, prompts, 40, 3));
    long drafted = 0;
    long accepted = 0;
    for (int i = 0; i < prompts.size(); i++) {
      DecodeResult alone = decode(spec, new DecodeRequest(TARGET, List.of(prompts.get(i)), 40, 3));
      assertArrayEquals(
          alone.sequences().getFirst().tokens(), together.sequences().get(i).tokens());
      drafted += alone.drafted();
      accepted += alone.accepted();
    }
    assertEquals(drafted, together.drafted());
    assertEquals(accepted, together.accepted());
  }

  @ParameterizedTest
  @ValueSource(strings = {"temperature=0", "temperature=1"})
  void aModelDraftingForItselfIsAlwaysAccepted(String sampling) {
    MeteredModel target = new MeteredModel(ENDLESS, new CostCounter());
    MeteredModel draft = new MeteredModel(ENDLESS, new CostCounter());
    // 1 token from the prefill and 5 rounds of 4 drafted tokens and the bonus.
    DecodeResult result =
        Decoders.create("speculative:draft=self,k=4," + sampling, reference -> draft)
            .decode(
                new DecodeRequest(target, List.of(new Prompt(0, new int[] {0, 3, 4})), 26, 1),
                DecodeListener.NONE);
    assertEquals(20, result.drafted());
    assertEquals(20, result.accepted());
    assertArrayEquals(new long[][] {{5, 5}, {5, 5}, {5, 5}, {5, 5}}, result.acceptedAt());
    assertEquals(1 + 5, target.counter().total().forwards());
    assertEquals(3 + 5 * 5, target.counter().total().positions());
    // The prompt; then each round k forwards, the first of which evaluates the last drafted token
    // of the round before and the bonus token.
    assertEquals(1 + 5 * 4, draft.counter().total().forwards());
    assertEquals(3 + 4 + 4 * 5, draft.counter().total().positions());
  }

  @Test
  void draftsReachTheVeryEndOfTheContext() {
    DecodeRequest request = DecodeRequest.of(ENDLESS, new int[] {0, 4, 3}, 253, 1);
    int[] expected = decode("ar", request).sequences().getFirst().tokens();
    assertEquals(253, expected.length);
    for (String spec :
        List.of(
            "speculative:draft=near,k=9",
            "speculative:draft=near,tree=3x3x2",
            "speculative:draft=near,k=5,nodes=12")) {
      assertArrayEquals(expected, decode(spec, request).sequences().getFirst().tokens(), spec);
    }
  }

  @Test
  void anOracleDraftIsAcceptedAsOftenAsItWasToldToBeRight() {
    List<Prompt> prompts = Prompts.ragged(60, 12);
    MeteredModel target = new MeteredModel(ENDLESS, new CostCounter());
    int k = 4;
    double alpha = 0.8;
    DecodeResult result =
        decode(
            "oracle-draft:batch=1,k=4,acceptance=0.8", new DecodeRequest(target, prompts, 241, 1));
    // Of the tokens that were judged, as many as drafted there and not after a rejected one.
    long judged = result.acceptedAt()[0][0];
    for (int depth = 1; depth < k; depth++) {
      judged += result.acceptedAt()[depth - 1][1];
    }
    assertEquals(alpha, (double) result.accepted() / judged, 0.02);
    double rounds = target.counter().total().forwards() - prompts.size();
    assertEquals(
        DraftLength.expectedTokens(alpha, k), prompts.size() * 240 / rounds, 0.1, "tokens a round");
  }

  @Test
  void adaptiveDraftsAreShortWhereLittleIsAccepted() {
    List<Prompt> prompts = Prompts.ragged(20, 12);
    DecodeResult poor =
        decode(
            "speculative:draft=far,k=8,adaptive=true", new DecodeRequest(ENDLESS, prompts, 80, 1));
    DecodeResult good =
        decode(
            "speculative:draft=same,k=8,adaptive=true", new DecodeRequest(ENDLESS, prompts, 80, 1));
    assertTrue(poor.acceptedAt().length < 7, "drafts of far fewer than 8 tokens");
    assertTrue(good.acceptedAt()[6][0] > good.acceptedAt()[0][0] / 2);
  }

  /** Against every path of the draft model, multiplied out. */
  @Test
  void aTreeByConfidenceHoldsTheDraftsMostProbablePaths() {
    ToyModel draft = ENDLESS.draft(0.7);
    int[] prompt = {0, 4, 3};
    DecodeRequest request = DecodeRequest.of(ENDLESS, prompt, 20, 1);
    Map<String, Double> paths = new HashMap<>();
    multiplyOut(draft, prompt, prompt.length, 1, 3, paths);
    for (int nodes : new int[] {1, 4, 11}) {
      // With a beam as wide as the vocabulary nothing is cut off early.
      SpeculativeDecoder decoder =
          (SpeculativeDecoder)
              Decoders.create("speculative:draft=x,k=3,beam=12,nodes=" + nodes, reference -> draft);
      Draft tree;
      try (Drafter drafter = decoder.method().open(request, 200, 1)) {
        Seat seat =
            new Seat(
                0,
                0,
                decoder.text().continuation(request, 0),
                new DraftLength(3, false, new DraftCosts(0, 0)));
        drafter.enter(List.of(seat));
        tree = drafter.draft(List.of(seat), new int[] {3}).getFirst();
      }
      Set<String> expected =
          paths.entrySet().stream()
              .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
              .limit(nodes)
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());
      Set<String> found = new HashSet<>();
      for (int node = 0; node < tree.size(); node++) {
        found.add(path(tree, node));
      }
      assertEquals(expected, found);
    }
  }

  private static void multiplyOut(
      ToyModel draft, int[] text, int prompt, double p, int deeper, Map<String, Double> paths) {
    Map<String, Double> next = Enumeration.of(draft, text, 1).probability();
    for (int v = 0; v < 12; v++) {
      int[] longer = Arrays.copyOf(text, text.length + 1);
      longer[text.length] = v;
      double path = p * next.getOrDefault("[" + v + "]", 0.0);
      paths.put(Arrays.toString(Arrays.copyOfRange(longer, prompt, longer.length)), path);
      if (deeper > 1 && v != 1) {
        multiplyOut(draft, longer, prompt, path, deeper - 1, paths);
      }
    }
  }

  private static String path(Draft tree, int node) {
    List<Integer> path = new ArrayList<>();
    for (int j = node; j >= 0; j = tree.parents()[j]) {
      path.addFirst(tree.tokens()[j]);
    }
    return path.toString();
  }

  @Test
  void theLengthOfDraftsFollowsFromAcceptanceAndCost() {
    DraftLength cheap = new DraftLength(8, true, new DraftCosts(0.05, 0));
    DraftLength dear = new DraftLength(8, true, new DraftCosts(0.3, 0.4));
    for (int round = 0; round < 40; round++) {
      cheap.learn(cheap.next(), cheap.next());
    }
    assertEquals(8, cheap.next(), "all accepted at a twentieth of a step");
    assertEquals(1, dear.next(), "the first draft is worth a try");
    dear.learn(1, 0);
    assertEquals(0, dear.next(), "no draft where acceptance does not pay for it");
    int rounds = 0;
    while (dear.next() == 0) {
      dear.learn(0, 0);
      rounds++;
    }
    assertTrue(rounds > 1 && rounds < 50, "tried again after " + rounds);
    // The best of all lengths, by the formula written out.
    DraftLength some = new DraftLength(8, true, new DraftCosts(0.1, 0.1));
    double best = 0;
    int length = 0;
    for (int k = 0; k <= 8; k++) {
      double tokens = 0;
      for (int i = 0; i <= k; i++) {
        tokens += Math.pow(0.8, i);
      }
      if (tokens / (1 + 0.2 * k) > best) {
        best = tokens / (1 + 0.2 * k);
        length = k;
      }
    }
    assertEquals(length, some.next());
  }

  @Test
  void measuredCostsAreSpeltOutAndStay() {
    String asked = "speculative:draft=near,k=3,adaptive=true";
    var decoder = Decoders.create(asked, SpeculativeTest::model);
    assertEquals(asked, decoder.spec());
    String measured = decoder.calibrated(ENDLESS).spec();
    assertTrue(
        measured.matches(".*,draft-cost=[0-9]+\\.[0-9]+,verify-cost=[0-9]+\\.[0-9]+"), measured);
    var again = Decoders.create(measured, SpeculativeTest::model);
    assertSame(again, again.calibrated(ENDLESS));
    var fixed = Decoders.create("speculative:draft=near,k=3", SpeculativeTest::model);
    assertSame(fixed, fixed.calibrated(ENDLESS));
  }

  @Test
  void aDraftNeverOutgrowsTheAskedLength() {
    for (int length = 1; length < 12; length++) {
      DecodeResult result =
          decode("speculative:draft=same,k=5", DecodeRequest.of(ENDLESS, new int[] {0}, length, 1));
      assertEquals(length, result.sequences().getFirst().tokens().length);
      assertTrue(result.drafted() < length);
    }
  }

  @Test
  void eventsReplayTheResultAndTheCounts() {
    List<Prompt> prompts = Prompts.ragged(6, 12);
    List<List<Integer>> heard = new ArrayList<>();
    prompts.forEach(p -> heard.add(new ArrayList<>()));
    long[] drafted = {0};
    DecodeListener listener =
        new DecodeListener() {
          @Override
          public void committed(
              int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
            for (int i = 0; i < positions.length; i++) {
              assertEquals(heard.get(sequence).size(), positions[i]);
              heard.get(sequence).add(tokens[i]);
            }
          }

          @Override
          public void drafted(int sequence, int step, int first, int[] tokens) {
            assertEquals(heard.get(sequence).size(), first);
            drafted[0] += tokens.length;
          }
        };
    DecodeResult result =
        Decoders.create("speculative:draft=near,temperature=1", SpeculativeTest::model)
            .decode(new DecodeRequest(TARGET, prompts, 30, 3), listener);
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(
          result.sequences().get(i).tokens(),
          heard.get(i).stream().mapToInt(Integer::intValue).toArray());
    }
    assertEquals(drafted[0], result.drafted());
    assertTrue(
        result
            .phases()
            .keySet()
            .containsAll(List.of("prefill", "draft", "verify", "sample", "cache")));
  }

  @Test
  void promptLookupFindsTheLatestLongestMatch() {
    LookupDrafter drafter = new LookupDrafter(3, 1);
    assertArrayEquals(new int[] {9, 2, 3}, drafter.lookUp(new int[] {1, 2, 3, 9, 2, 3}, 4));
    assertArrayEquals(new int[] {9}, drafter.lookUp(new int[] {1, 2, 3, 9, 2, 3}, 1));
    assertArrayEquals(
        new int[] {5, 7, 3}, drafter.lookUp(new int[] {3, 4, 6, 3, 5, 7, 3}, 4), "latest");
    assertArrayEquals(
        new int[] {8, 4, 9}, drafter.lookUp(new int[] {3, 4, 8, 4, 9, 3, 4}, 3), "longest first");
    assertArrayEquals(new int[0], drafter.lookUp(new int[] {1, 2, 3}, 4));
  }

  @Test
  void draftsInOtherTokensAreRefused() {
    assertMessage("13 tokens against 12", "speculative:draft=wide");
    assertMessage("needs a draft model", "speculative");
    assertMessage("tree= fixes the shape", "speculative:draft=near,tree=2x2,nodes=3");
  }

  private static void assertMessage(String part, String spec) {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> decode(spec, DecodeRequest.of(TARGET, new int[] {0}, 4, 1)));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  private static DecodeResult decode(String spec, DecodeRequest request) {
    return Decoders.create(
            spec,
            reference ->
                reference.equals("same") ? request.model() : SpeculativeTest.model(reference))
        .decode(request, DecodeListener.NONE);
  }

  private static LanguageModel model(String reference) {
    return Map.of(
            "near", TARGET.draft(0.7),
            "far", TARGET.draft(3),
            "wide", new ToyModel("wide", 13, 5))
        .get(reference);
  }
}
