package org.decodebench.core.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Words worked out by hand from the published expressions. */
class PreTokenizerTest {

  @Test
  void gpt2KeepsASpaceBeforeAWordAndLeavesTheLastOfARunToTheNext() {
    assertEquals(
        List.of("I", "'ll", "  ", " go", " 123", "!?", "\n\n"),
        PreTokenizer.GPT_2.split("I'll   go 123!?\n\n"));
  }

  @Test
  void llama3GroupsThreeDigitsAndKeepsLineEndsTogether() {
    assertEquals(
        List.of("I", "'LL", " go", " ", "123", "45", "!!\n\n", "  ", " x", "\r\n"),
        PreTokenizer.LLAMA_BPE.split("I'LL go 12345!!\n\n   x\r\n"));
  }

  @Test
  void qwen2TakesDigitsOneByOne() {
    assertEquals(
        List.of("(a", " ", "1", "2", ")\n", "\tb", "  "),
        PreTokenizer.QWEN2.split("(a 12)\n\tb  "));
  }

  @Test
  void smollmAndStarcoderTakeDigitsOutFirst() {
    for (PreTokenizer p : List.of(PreTokenizer.SMOLLM, PreTokenizer.STARCODER)) {
      assertEquals(List.of("x", " ", "1", "2", "y"), p.split("x 12y"));
    }
  }

  @Test
  void falconTakesPunctuationAloneAndDigitsByThree() {
    assertEquals(
        List.of("`", "a", ".\"", " ", "123", "45"), PreTokenizer.FALCON.split("`a.\" 12345"));
  }

  @Test
  void defaultPartsPunctuationDigitsAndTriples() {
    assertEquals(
        List.of("a", "==", " ", "123", "456", "7"), PreTokenizer.DEFAULT.split("a== 1234567"));
  }

  @Test
  void deepSeekPartsLinesScriptsAndNumbers() {
    assertEquals(
        List.of("Hi", "\n", " Ωμ", ",", "汉字", "12", "  "),
        PreTokenizer.DEEPSEEK_LLM.split("Hi\n Ωμ,汉字12  "));
    assertEquals(
        List.of("Hi", "\n", " Ωμ", ",", "汉字", "1", "2", "  "),
        PreTokenizer.DEEPSEEK_CODER.split("Hi\n Ωμ,汉字12  "));
  }

  @ParameterizedTest
  @EnumSource
  void wordsConcatenateToTheText(PreTokenizer words) {
    String text = "Don't  stop 12345.6, naïve ǅ 漢字かな 🚀 ½\u00A0\u2003x\t\r\n\n  ";
    assertEquals(text, String.join("", words.split(text)));
    assertEquals(List.of(), words.split(""));
  }
}
