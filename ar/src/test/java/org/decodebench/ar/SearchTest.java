package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.NBestDecoder;
import org.decodebench.core.likelihood.ScoredText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beam search and best-of-n. */
class SearchTest {
  private static final ToyModel SMALL = new ToyModel("toy", 5, 21, 3, 1.5, 0, 0);
  private static final ToyModel MODEL = new ToyModel("toy", 12, 5);
  private static final ToyModel ENDLESS =
      new ToyModel("endless", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.6, 1, 2})
  void withEnoughBeamsTheBestOfAllTextsAreFound(double penalty) {
    for (int[] prompt : new int[][] {{0}, {0, 3}, {0, 4, 2, 2}}) {
      NBestDecoder decoder =
          (NBestDecoder)
              Decoders.create("ar-beam:beams=700,length-penalty=" + penalty, reference -> null);
      List<NBestDecoder.Hypothesis> found =
          decoder.nBest(DecodeRequest.of(SMALL, prompt, 4, 0), DecodeListener.NONE).getFirst();
      List<Double> all = new ArrayList<>();
      for (var text : Enumeration.of(SMALL, prompt, 4).probability().entrySet()) {
        int length = text.getKey().split(",").length;
        all.add(Math.log(text.getValue()) / Math.pow(length, penalty));
      }
      all.sort(Comparator.reverseOrder());
      for (int i = 0; i < 20; i++) {
        assertEquals(all.get(i), found.get(i).score(), 1e-5, "rank " + i);
      }
      assertEquals(20, found.stream().limit(20).map(h -> ids(h.text())).distinct().count());
    }
  }

  @Test
  void oneBeamWithoutLengthPenaltyIsGreedy() {
    List<Prompt> prompts = ArDecoderTest.prompts(30);
    DecodeResult greedy = decode("ar", new DecodeRequest(MODEL, prompts, 20, 0));
    DecodeResult beam =
        decode("ar-beam:beams=1,length-penalty=0", new DecodeRequest(MODEL, prompts, 20, 0));
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(greedy.sequences().get(i).tokens(), beam.sequences().get(i).tokens());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ar-beam:beams=4", "ar-beam:beams=6,groups=3,diversity=2", "ar-best-of:n=5"})
  void batchedEqualsAloneAndEventsReplayTheResult(String spec) {
    List<Prompt> prompts = ArDecoderTest.prompts(9);
    List<List<Integer>> heard = new ArrayList<>();
    prompts.forEach(p -> heard.add(new ArrayList<>()));
    DecodeListener listener =
        (sequence, step, positions, tokens, overwrote) ->
            IntStream.range(0, tokens.length)
                .forEach(i -> {
                  assertEquals(heard.get(sequence).size(), positions[i]);
                  heard.get(sequence).add(tokens[i]);
                });
    DecodeResult together =
        Decoders.create(spec, reference -> null)
            .decode(new DecodeRequest(MODEL, prompts, 20, 1), listener);
    for (int i = 0; i < prompts.size(); i++) {
      int[] tokens = together.sequences().get(i).tokens();
      assertEquals(Arrays.stream(tokens).boxed().toList(), heard.get(i));
      DecodeResult alone = decode(spec, new DecodeRequest(MODEL, List.of(prompts.get(i)), 20, 1));
      assertArrayEquals(alone.sequences().getFirst().tokens(), tokens);
    }
  }

  @Test
  void diverseGroupsChooseDifferentTokens() {
    DecodeRequest request = DecodeRequest.of(ENDLESS, new int[] {0, 5}, 12, 0);
    assertEquals(4, firstTokens("ar-beam:beams=4,groups=4,diversity=100", request));
    assertTrue(firstTokens("ar-beam:beams=4", request) < 4);
  }

  private static long firstTokens(String spec, DecodeRequest request) {
    NBestDecoder decoder = (NBestDecoder) Decoders.create(spec, reference -> null);
    return decoder.nBest(request, DecodeListener.NONE).getFirst().stream()
        .map(hypothesis -> hypothesis.text().tokens()[0])
        .distinct()
        .count();
  }

  @Test
  void bestOfKeepsTheMostProbableOfItsSamples() {
    for (Prompt prompt : ArDecoderTest.prompts(12)) {
      DecodeRequest request = new DecodeRequest(MODEL, List.of(prompt), 20, 4);
      double best = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < 6; i++) {
        Prompt one = new Prompt(prompt.stream() ^ (i * 0x9E3779B97F4A7C15L), prompt.tokens());
        DecodeRequest alone = new DecodeRequest(MODEL, List.of(one), 20, 4);
        best =
            Math.max(best, mean(prompt, decode("ar:temperature=1", alone).sequences().getFirst()));
      }
      assertEquals(
          best, mean(prompt, decode("ar-best-of:n=6", request).sequences().getFirst()), 1e-9);
      assertArrayEquals(
          decode("ar:temperature=1", request).sequences().getFirst().tokens(),
          decode("ar-best-of:n=1", request).sequences().getFirst().tokens());
    }
  }

  @Test
  void theNBestOfSamplesAreRankedByTheModelsOwnLikelihood() {
    Prompt prompt = ArDecoderTest.prompts(1).getFirst();
    NBestDecoder decoder = (NBestDecoder) Decoders.create("ar-best-of:n=7", reference -> null);
    List<NBestDecoder.Hypothesis> ranked =
        decoder
            .nBest(new DecodeRequest(MODEL, List.of(prompt), 20, 4), DecodeListener.NONE)
            .getFirst();
    assertEquals(7, ranked.size());
    for (int i = 0; i < ranked.size(); i++) {
      assertEquals(mean(prompt, ranked.get(i).text()), ranked.get(i).score(), 1e-9);
      assertTrue(i == 0 || ranked.get(i).score() <= ranked.get(i - 1).score());
    }
  }

  /** Mean log-probability, by the likelihood's own code. */
  private static double mean(Prompt prompt, DecodeResult.Sequence sequence) {
    int[] tokens = sequence.tokens();
    int from = prompt.tokens().length;
    int[] text = Arrays.copyOf(prompt.tokens(), from + tokens.length);
    System.arraycopy(tokens, 0, text, from, tokens.length);
    return -ExactLikelihood.score(
                MODEL, List.of(new ScoredText(text, from, tokens.length)), done -> {})
            .getFirst()
            .nll()
        / tokens.length;
  }

  private static List<Integer> ids(DecodeResult.Sequence sequence) {
    return Arrays.stream(sequence.tokens()).boxed().toList();
  }

  private static DecodeResult decode(String spec, DecodeRequest request) {
    return Decoders.create(spec, reference -> null).decode(request, DecodeListener.NONE);
  }
}
