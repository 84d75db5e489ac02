package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;

class CanvasDataTest {

  @Test
  void aStoryStandsAfterTheBeginTokenWithEndsAsFill() {
    Source tales = Sources.byName("tales");
    for (int i = 0; i < 50; i++) {
      Canvas canvas = Tiny.TALES.training(i, 96);
      int[] text = Arrays.copyOfRange(canvas.tokens(), 1, canvas.textEnd());
      assertEquals(0, canvas.tokens()[0]);
      assertTrue(tales.tokenizer().isEnd(text[text.length - 1]), "a story fits and ends");
      assertTrue(tales.logProbability(text, 0, text.length) > Double.NEGATIVE_INFINITY);
      for (int p = canvas.textEnd(); p < 96; p++) {
        assertTrue(tales.tokenizer().isEnd(canvas.tokens()[p]), "fill at " + p);
      }
    }
  }

  @Test
  void aCutCanvasIsTheBeginningOfTheStory() {
    Canvas canvas = Tiny.TALES.training(3, 96);
    Canvas cut = canvas.crop(20);
    assertArrayEquals(Arrays.copyOf(canvas.tokens(), 20), cut.tokens());
    assertEquals(20, cut.textEnd());
    assertEquals(canvas.textEnd(), canvas.crop(95).textEnd());
  }

  @Test
  void trainingNeverSeesTheLastTenthOfAText() {
    byte[] text = new byte[1000];
    for (int i = 900; i < 1000; i++) {
      text[i] = 1;
    }
    CanvasData data = new CanvasData.OfBytes(text, 3);
    for (int i = 0; i < 2000; i++) {
      int[] tokens = data.training(i, 17).tokens();
      assertEquals(256, tokens[0]);
      assertEquals(0, Arrays.stream(tokens, 1, 17).sum(), "window " + i);
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(16, Arrays.stream(data.heldOut(i, 17).tokens(), 1, 17).sum(), "window " + i);
    }
  }

  @Test
  void everyTrainingPositionCanStartAWindow() {
    byte[] text = new byte[40];
    for (int i = 0; i < 40; i++) {
      text[i] = (byte) i;
    }
    CanvasData data = new CanvasData.OfBytes(text, 3);
    boolean[] first = new boolean[40];
    for (int i = 0; i < 2000; i++) {
      first[data.training(i, 9).tokens()[1]] = true;
    }
    for (int i = 0; i < 40; i++) {
      assertEquals(i <= 28, first[i], "window from " + i);
    }
  }
}
