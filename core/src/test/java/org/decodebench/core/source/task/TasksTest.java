package org.decodebench.core.source.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TasksTest {

  private static TableSource task(String spec) {
    return (TableSource) Sources.byName(spec);
  }

  private static int[] text(TableSource source, String words) {
    int[] text = source.tokenizer().encode(words, false);
    int[] ended = Arrays.copyOf(text, text.length + 1);
    ended[text.length] = source.tokenizer().end().orElseThrow();
    return ended;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "copy:n=3,items=4",
        "replace:n=2,items=4",
        "shuffle:n=3,items=4",
        "latin:n=3",
        "sudoku",
        "addition:digits=1",
        "countdown",
        "infill",
        "infill:fim=0",
        "reversal:pairs=4",
        "reversal:pairs=4,test=1",
        "stargraph"
      })
  void samplesAreValidAndConditionalsAgreeWithEachOther(String spec) {
    TableSource source = task(spec);
    double[] next = new double[source.vocabSize()];
    for (int i = 0; i < 20; i++) {
      int[] text = source.sample(new RandomStream(3, i), 100);
      assertEquals(source.length(), text.length);
      assertTrue(source.isValid(text));
      double nats = 0;
      int[] canvas = new int[text.length];
      Arrays.fill(canvas, AnyOrderSource.UNKNOWN);
      double[][] marginals = new double[text.length][source.vocabSize()];
      for (int at = 0; at < text.length; at++) {
        source.next(text, at, next);
        assertEquals(1, Arrays.stream(next).sum(), 1e-9);
        source.conditionals(canvas, marginals);
        assertArrayEquals(next, marginals[at], 1e-12, "the same from both sides");
        nats += Math.log(next[text[at]]);
        canvas[at] = text[at];
      }
      assertEquals(nats, source.logProbability(text, 0, text.length), 1e-9);
      assertEquals(
          nats,
          source.logProbability(text, 0, 2) + source.logProbability(text, 2, text.length),
          1e-9);
    }
  }

  @Test
  void entropyRateIsThatOfManySamples() {
    for (String spec : List.of("replace:n=3,items=5", "sudoku", "countdown")) {
      TableSource source = task(spec);
      double nats = 0;
      for (int i = 0; i < 400; i++) {
        int[] text = source.sample(new RandomStream(8, i), 100);
        nats -= source.logProbability(text, 0, text.length) / 400;
      }
      assertEquals(source.entropyRate(), nats / source.length(), 0.02);
    }
  }

  @Test
  void gradersTellRightFromWrong() {
    TableSource copy = task("copy");
    assertTrue(copy.isValid(text(copy, "c a f b = c a f b")));
    assertFalse(copy.isValid(text(copy, "c a f b = c a b f")));
    TableSource replace = task("replace");
    assertTrue(replace.isValid(text(replace, "c a f b + d = c a d b")));
    assertFalse(replace.isValid(text(replace, "c a f b + d = c d d b")));
    assertFalse(replace.isValid(text(replace, "c a f b + d = c a f b")));
    TableSource shuffle = task("shuffle");
    assertTrue(shuffle.isValid(text(shuffle, "c a f b = f c b a")));
    assertFalse(shuffle.isValid(text(shuffle, "c a f b = f c b b")));
    TableSource latin = task("latin:n=3");
    assertTrue(latin.isValid(text(latin, "1 2 3 2 3 1 3 1 2")));
    assertFalse(latin.isValid(text(latin, "1 2 3 2 3 1 1 3 2")));
    TableSource addition = task("addition");
    assertTrue(addition.isValid(text(addition, "4 7 + 3 8 = 0 8 5")));
    assertFalse(addition.isValid(text(addition, "4 7 + 3 8 = 0 7 5")));
    TableSource countdown = task("countdown");
    assertTrue(countdown.isValid(text(countdown, "2 5 7 > 3 7 = 5 * 7 + 2")));
    assertFalse(countdown.isValid(text(countdown, "2 5 7 > 3 7 = 5 * 7 - 2")));
    assertFalse(countdown.isValid(text(countdown, "2 5 7 > 3 7 = 5 * 7 + 3")));
    TableSource star = task("stargraph");
    assertFalse(star.isValid(text(star, "a b b d c a c e ? c d = c a b")));
    assertTrue(star.isValid(text(star, "a b c a c d d e ? c b = c a b")));
    assertFalse(star.isValid(text(star, "a b c a c d d e ? c b = c d e")));
  }

  @Test
  void sudokuHasItsKnownNumberOfGridsAndKeepsItsGivens() {
    assertEquals(288, Squares.squares(4, 2).size());
    assertEquals(576, Squares.squares(4, 0).size());
    TableSource sudoku = task("sudoku");
    String question = "1 _ 3 4 _ 4 1 _ _ 1 _ 3 4 _ _ _ =";
    assertTrue(sudoku.isValid(text(sudoku, question + " 1 2 3 4 3 4 1 2 2 1 4 3 4 3 2 1")));
    assertFalse(sudoku.isValid(text(sudoku, question + " 2 1 3 4 3 4 1 2 1 2 4 3 4 3 2 1")));
    assertEquals(17, sudoku.question());
  }

  @Test
  void reversalKeepsHalfOfTheBackwardFactsForTheTest() {
    TableSource train = task("reversal:pairs=4");
    TableSource test = task("reversal:pairs=4,test=1");
    assertEquals(train.vocabSize(), test.vocabSize());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      int[] asked = test.sample(new RandomStream(1, i), 9);
      seen.add(test.tokenizer().decode(asked));
      assertFalse(train.isValid(asked));
    }
    assertEquals(Set.of("to b1 is a1", "to b3 is a3"), seen);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "copy:n=7",
        "shuffle:n=6,items=6",
        "replace:n=4,items=4",
        "sudoku:shown=1",
        "copy:m=2"
      })
  void impossibleSettingsAreRefusedInOneLine(String spec) {
    UsageException e = assertThrows(UsageException.class, () -> Sources.byName(spec));
    assertFalse(e.getMessage().contains("\n"));
  }
}
