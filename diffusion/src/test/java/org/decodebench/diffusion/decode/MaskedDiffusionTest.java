package org.decodebench.diffusion.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.diffusion.Decode;
import org.decodebench.diffusion.JointModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskedDiffusionTest {
  private static final int LENGTH = 7;
  private final JointModel model = JointModel.random(LENGTH, 3, 23);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "masked-diffusion:order=random,temperature=1",
        "masked-diffusion:threshold=0.5,temperature=1",
        "masked-diffusion:block=2,order=margin,temperature=0.8",
        "masked-diffusion:order=sampled-confidence,temperature=1,steps=3",
        "block-diffusion:block=3,threshold=0.5,temperature=1",
        "block-diffusion:block=2,cache=fused,temperature=1"
      })
  void batchOfFourGivesTheTokensOfFourAlone(String spec) {
    for (JointModel m : List.of(model, model.shifted(), model.endingWith(2))) {
      List<int[]> prompts =
          List.of(new int[] {0}, new int[] {1, 2, 0}, new int[] {1, 1}, new int[] {0, 0, 1});
      DiffusionDecoder decoder = Decode.decoder(spec);
      List<int[]> together = Decode.batch(decoder, m, prompts, 4, 99);
      for (int i = 0; i < prompts.size(); i++) {
        DecodeRequest.Prompt alone = new DecodeRequest.Prompt(i, prompts.get(i));
        DecodeResult result =
            decoder.decode(new DecodeRequest(m, List.of(alone), 4, 99), DecodeListener.NONE);
        assertArrayEquals(result.sequences().getFirst().tokens(), together.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "masked-diffusion:order=confidence threshold=1",
        "masked-diffusion:order=confidence,block=2 threshold=1",
        "masked-diffusion:order=confidence factor=0",
        "masked-diffusion:order=entropy entropy-bound=0",
        "block-diffusion:block=3,order=confidence,cache=fused threshold=1",
        "block-diffusion:block=2,order=confidence factor=0"
      })
  void aRuleThatIsNeverSureEnoughCommitsOneAtATime(String specs) {
    String[] plainAndRule = specs.split(" ");
    for (String temperature : List.of("0", "1")) {
      String plain = plainAndRule[0] + ",temperature=" + temperature;
      String rule = plain + "," + plainAndRule[1];
      for (int seed = 0; seed < 20; seed++) {
        assertArrayEquals(
            Decode.tokens(plain, model, new int[] {1}, LENGTH - 1, seed),
            Decode.tokens(rule, model, new int[] {1}, LENGTH - 1, seed));
        assertEquals(
            Decode.forwards(plain, model, new int[] {1}, LENGTH - 1, seed),
            Decode.forwards(rule, model, new int[] {1}, LENGTH - 1, seed));
      }
      if (plain.startsWith("masked")) {
        assertEquals(
            LENGTH - 1,
            Decode.forwards(rule, model, new int[] {1}, LENGTH - 1, 0),
            "one a forward");
      }
    }
  }

  @Test
  void stepsAreForwards() {
    for (int steps = 1; steps <= 6; steps++) {
      assertEquals(
          steps,
          Decode.forwards("masked-diffusion:steps=" + steps, model, new int[] {1}, LENGTH - 1, 0));
    }
    assertEquals(
        6, Decode.forwards("masked-diffusion:steps=99", model, new int[] {1}, LENGTH - 1, 0));
    assertEquals(
        4, Decode.forwards("masked-diffusion:steps=4,block=2", model, new int[] {1}, 6, 0));
  }

  @Test
  void eventsTellEveryPositionOnceAndAddUpToTheTokens() {
    List<Integer> steps = new ArrayList<>();
    int[] told = new int[6];
    Arrays.fill(told, -1);
    DecodeListener listener =
        (sequence, step, positions, tokens, overwrote) -> {
          assertFalse(overwrote);
          steps.add(step);
          for (int i = 0; i < positions.length; i++) {
            assertEquals(-1, told[positions[i]]);
            assertTrue(i == 0 || positions[i] > positions[i - 1]);
            told[positions[i]] = tokens[i];
          }
        };
    DecodeResult result =
        Decode.decoder("masked-diffusion:steps=4,order=random,temperature=1")
            .decode(DecodeRequest.of(model, new int[] {2}, 6, 3), listener);
    assertArrayEquals(told, result.sequences().getFirst().tokens());
    assertEquals(List.of(0, 1, 2, 3), steps);
  }

  @Test
  void textIsCutAtTheFirstEndAndEarlyStopChangesOnlyTheCost() {
    JointModel ending = model.endingWith(2);
    long saved = 0;
    for (int seed = 0; seed < 40; seed++) {
      String spec = "masked-diffusion:order=random,temperature=1";
      int[] tokens = Decode.tokens(spec, ending, new int[] {0}, LENGTH - 1, seed);
      String whole = spec + ",early-stop=false";
      assertArrayEquals(tokens, Decode.tokens(whole, ending, new int[] {0}, LENGTH - 1, seed));
      int[] uncut = Decode.tokens(spec, model, new int[] {0}, LENGTH - 1, seed);
      assertArrayEquals(Arrays.copyOf(uncut, tokens.length), tokens);
      saved +=
          Decode.forwards(whole, ending, new int[] {0}, LENGTH - 1, seed)
              - Decode.forwards(spec, ending, new int[] {0}, LENGTH - 1, seed);
    }
    assertTrue(saved > 0);
  }

  @Test
  void masksInsideThePromptAreFilledIn() {
    int m = model.mask();
    int[] seen = {0, 0};
    DecodeResult result =
        Decode.decoder("masked-diffusion")
            .decode(
                DecodeRequest.of(model, new int[] {0, m, 1, m}, 3, 0),
                (sequence, step, positions, tokens, overwrote) -> seen[0] += positions.length);
    assertEquals(3, result.sequences().getFirst().tokens().length);
    assertEquals(3, seen[0], "events are about positions after the prompt");
  }

  @Test
  void aTemplateIsKeptAndItsGapsAreFilledGivenBothSides() {
    int open = DecodeRequest.Prompt.OPEN;
    int[] template = {open, 2, open, open, 0};
    for (String spec : List.of("masked-diffusion", "block-diffusion:block=3")) {
      List<Integer> told = new ArrayList<>();
      DecodeRequest.Prompt prompt = new DecodeRequest.Prompt(0, new int[] {1}, template);
      int[] tokens =
          Decode.decoder(spec)
              .decode(
                  new DecodeRequest(model, List.of(prompt), LENGTH - 1, 0),
                  (sequence, step, positions, ids, overwrote) ->
                      Arrays.stream(positions).forEach(told::add))
              .sequences()
              .getFirst()
              .tokens();
      assertEquals(2, tokens[1]);
      assertEquals(0, tokens[4]);
      assertEquals(List.of(1, 4), told.subList(0, 2), "the template stands first");
      assertEquals(LENGTH - 1, told.stream().distinct().count());
      assertEquals(LENGTH - 1, told.size());
    }
    // One gap left: its token is the likeliest one given everything on both sides.
    int[] gap = {0, 2, open, 1, 0, 1};
    int m = model.mask();
    double[] p = model.conditional(new int[] {1, 0, 2, m, 1, 0, 1}, 3);
    DecodeRequest.Prompt one = new DecodeRequest.Prompt(0, new int[] {1}, gap);
    int[] filled =
        Decode.decoder("masked-diffusion")
            .decode(new DecodeRequest(model, List.of(one), LENGTH - 1, 0), DecodeListener.NONE)
            .sequences()
            .getFirst()
            .tokens();
    for (double other : p) {
      assertTrue(p[filled[2]] >= other);
    }
    assertThrows(
        UsageException.class,
        () ->
            Decode.decoder("masked-diffusion")
                .decode(new DecodeRequest(model, List.of(one), 3, 0), DecodeListener.NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "masked-diffusion:threshold=0.9,entropy-bound=1",
        "masked-diffusion:threshold=0.9,order=random",
        "masked-diffusion:entropy-bound=1,order=confidence",
        "masked-diffusion:threshold=1.5",
        "masked-diffusion:steps=0",
        "masked-diffusion:order=best",
        "block-diffusion:cache=dual"
      })
  void impossibleSettingsAreRefusedInOneLine(String spec) {
    UsageException e = assertThrows(UsageException.class, () -> Decode.decoder(spec));
    assertFalse(e.getMessage().contains("\n"));
    assertTrue(e.getMessage().startsWith("decoder "));
  }

  @Test
  void aModelThatDoesNotSuitIsRefusedWithWhatDoes() {
    UsageException e =
        assertThrows(
            UsageException.class,
            () -> Decode.decoder("masked-diffusion").check(model.with(Paradigm.AUTOREGRESSIVE)));
    assertTrue(e.getMessage().contains("use decoder ar"), e.getMessage());
    assertThrows(
        UsageException.class,
        () -> Decode.decoder("block-diffusion").check(model.with(Paradigm.MASKED_DIFFUSION)));
    assertThrows(
        UsageException.class,
        () -> Decode.decoder("masked-diffusion").check(model.with(Paradigm.BLOCK_DIFFUSION)));
    UsageException untrained =
        assertThrows(UsageException.class, () -> Decode.decoder("block-diffusion").check(model));
    assertTrue(untrained.getMessage().contains("block=8"));
    assertThrows(
        UsageException.class,
        () -> Decode.tokens("masked-diffusion", model, new int[] {0}, LENGTH, 0));
    assertThrows(
        UsageException.class,
        () -> Decode.tokens("masked-diffusion", model.shifted(), new int[] {}, LENGTH, 0));
    assertThrows(
        UsageException.class,
        () -> Decode.tokens("masked-diffusion:steps=2,block=1", model, new int[] {0}, 6, 0));
  }
}
