package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult.Sequence;
import org.decodebench.core.decode.DecodeResult.Stop;
import org.decodebench.core.decode.Decoders;
import org.junit.jupiter.api.Test;

class CausalSettingsTest {
  private static final ToyModel ENDLESS =
      new ToyModel("toy", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);
  private static final ToyModel ENDING = new ToyModel("toy", 12, 5, 3, 2, 0, 1);

  @Test
  void aStopStringEndsTheTextWhereverTokensDivideIt() {
    int stopped = 0;
    List<Sequence> free = decode(ENDLESS, "ar:temperature=1", 40, 60);
    List<Sequence> cut = decode(ENDLESS, "ar:temperature=1,stop=bc;gad", 40, 60);
    for (int i = 0; i < free.size(); i++) {
      String text = text(free.get(i));
      int end =
          IntStream.of(endOf(text, "bc"), endOf(text, "gad")).filter(e -> e > 0).min().orElse(-1);
      assertEquals(end < 0 ? text : text.substring(0, end), text(cut.get(i)));
      assertEquals(end > 0 ? Stop.STOPPED : Stop.LENGTH, cut.get(i).stop());
      stopped += end > 0 ? 1 : 0;
    }
    assertTrue(stopped > 10 && stopped < 40, stopped + " of 40");
  }

  @Test
  void stopIdsEndTheText() {
    for (Sequence sequence : decode(ENDLESS, "ar:temperature=1,stop-ids=4;7", 20, 40)) {
      int[] inner = Arrays.copyOf(sequence.tokens(), sequence.tokens().length - 1);
      assertFalse(Arrays.stream(inner).anyMatch(id -> id == 4 || id == 7));
    }
    assertMessage("token 99", "ar:stop-ids=99");
    assertMessage("stop-ids", "ar:stop-ids=x");
  }

  @Test
  void noEndBeforeTheMinimumLength() {
    List<Sequence> free = decode(ENDING, "ar:temperature=1", 30, 40);
    List<Sequence> longer = decode(ENDING, "ar:temperature=1,min-new-tokens=8", 30, 40);
    assertTrue(free.stream().anyMatch(s -> s.tokens().length < 9));
    assertTrue(longer.stream().allMatch(s -> s.tokens().length >= 9));
    assertTrue(longer.stream().anyMatch(s -> s.tokens().length < 40));
  }

  @Test
  void bannedWordsNeverAppear() {
    List<Sequence> free = decode(ENDLESS, "ar:temperature=1", 40, 60);
    assertTrue(free.stream().anyMatch(s -> text(s).contains("bc")));
    for (Sequence s : decode(ENDLESS, "ar:temperature=1,banned-words=bc;gad;j", 40, 60)) {
      assertFalse(text(s).matches(".*(bc|gad|j).*"), text(s));
    }
  }

  @Test
  void unmarkedTextHasTheDetectorsFalsePositiveRate() {
    // 400 texts and as many keys: z is standard normal, so 5 % lie above 1.645 and none near 5.
    List<Sequence> texts = decode(ENDLESS, "ar:temperature=1", 400, 100);
    int above = 0;
    for (int i = 0; i < texts.size(); i++) {
      double z = new Watermark(1000 + i, 0.5, 2).detect(texts.get(i).tokens(), 1).zScore();
      above += z > 1.645 ? 1 : 0;
      assertTrue(z < 5, "z = " + z);
    }
    assertTrue(above >= 8 && above <= 34, above + " of 400 above 1.645");
  }

  @Test
  void markedTextIsDetectedWithItsKeyOnly() {
    int found = 0;
    for (Sequence s : decode(ENDLESS, "ar:temperature=1,watermark=4,watermark-key=7", 40, 100)) {
      found += new Watermark(7, 0.5, 4).detect(s.tokens(), 1).zScore() > 4 ? 1 : 0;
      assertTrue(new Watermark(8, 0.5, 4).detect(s.tokens(), 1).zScore() < 4);
    }
    assertTrue(found >= 36, found + " of 40 found");
  }

  @Test
  void escapesInListsOfStrings() {
    assertEquals(List.of("a b", "c;d", "e,f", "\n"), EscapedList.parse("a b;c\\;d;;e\\cf;\\n"));
  }

  private static int endOf(String text, String word) {
    int at = text.indexOf(word);
    return at < 0 ? -1 : at + word.length();
  }

  private static String text(Sequence sequence) {
    return ENDLESS.tokenizer().decode(sequence.tokens());
  }

  private static List<Sequence> decode(ToyModel model, String spec, int count, int maxNewTokens) {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(new Prompt(i, new int[] {0, 2 + i % 5}));
    }
    return Decoders.create(spec, reference -> null)
        .decode(new DecodeRequest(model, prompts, maxNewTokens, 3), DecodeListener.NONE)
        .sequences();
  }

  private static void assertMessage(String part, String spec) {
    UsageException e = assertThrows(UsageException.class, () -> decode(ENDLESS, spec, 1, 4));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertArrayEquals(new String[] {e.getMessage()}, e.getMessage().lines().toArray());
  }
}
