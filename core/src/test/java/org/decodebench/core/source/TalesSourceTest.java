package org.decodebench.core.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TalesSourceTest {
  private static final int SAMPLES = 2000;

  private final TalesSource tales = (TalesSource) Sources.byName("tales");
  private final WordTokenizer words = tales.tokenizer();

  @Test
  void everySampleIsValidFitsTheCanvasAndRoundTrips() {
    for (int i = 0; i < SAMPLES; i++) {
      int[] text = tales.sample(new RandomStream(7, i), 1000);
      assertTrue(tales.isValid(text));
      assertTrue(text.length <= 94 && text.length <= tales.maxLength());
      assertEquals(WordTokenizer.END, text[text.length - 1]);
      int[] story = Arrays.copyOf(text, text.length - 1);
      assertFalse(tales.isValid(story), "without its end a text is not complete");
      assertArrayEquals(story, words.encode(words.decode(text), false));
    }
  }

  /** Their token ids and the exact perplexity that they are compared with are fixed by it. */
  @Test
  void theGrammarIsTheOneThatTheEmbeddedModelsWereTrainedOn() {
    StringBuilder vocabulary = new StringBuilder();
    for (int id = 0; id < words.vocabSize(); id++) {
      vocabulary.append(words.piece(id)).append(' ');
    }
    String why = "a change of tales.grammar makes new models necessary";
    assertEquals(512, words.vocabSize(), why);
    assertEquals(-1005708135, vocabulary.toString().hashCode(), why);
    assertEquals(76.640297, tales.textEntropy(), 1e-6, why);
    assertEquals(79.961111, tales.meanLength(), 1e-6, why);
    assertEquals(92, tales.maxLength(), why);
  }

  @Test
  void entropyRateAgreesWithMonteCarlo() {
    double sum = 0;
    double squares = 0;
    double length = 0;
    for (int i = 0; i < SAMPLES; i++) {
      int[] text = tales.sample(new RandomStream(11, i), 1000);
      double nll = -tales.logProbability(text, 0, text.length);
      sum += nll;
      squares += nll * nll;
      length += text.length;
    }
    double mean = sum / SAMPLES;
    double error = Math.sqrt((squares / SAMPLES - mean * mean) / SAMPLES);
    assertEquals(tales.textEntropy(), mean, 4 * error);
    assertEquals(tales.meanLength(), length / SAMPLES, 0.5);
    assertEquals(tales.textEntropy() / tales.meanLength(), tales.entropyRate(), 1e-12);
  }

  @Test
  void everyPrefixHasANormalisedDistributionThatGivesTheLogProbability() {
    double[] p = new double[tales.vocabSize()];
    for (int i = 0; i < 20; i++) {
      int[] text = tales.sample(new RandomStream(13, i), 1000);
      double sum = 0;
      for (int n = 0; n < text.length; n++) {
        tales.next(text, n, p);
        assertEquals(1, Arrays.stream(p).sum(), 1e-12);
        assertEquals(0, p[WordTokenizer.BEGIN] + p[WordTokenizer.MASK]);
        sum += Math.log(p[text[n]]);
      }
      assertEquals(sum, tales.logProbability(text, 0, text.length), 1e-9);
      tales.next(text, text.length, p);
      assertEquals(1, p[WordTokenizer.END], "the fill is certain");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "the", "one day the", "a", "the old", "then the", "once a"})
  void storiesMayBeginSo(String prompt) {
    int[] tokens = words.encode(prompt, false);
    assertTrue(tales.logProbability(tokens, 0, tokens.length) > Double.NEGATIVE_INFINITY);
  }

  private static final String STORY =
      "one day the gentle king arthur marched gladly to the mountain. later arthur spotted a magic"
          + " mirror near the funny bench. but he was lonely because his brother was gone. soon a"
          + " huge wolf named pepper trotted closer. the wolf howled bravely, be proud, arthur!"
          + " they politely weighed the magic mirror until dawn. finally arthur and pepper felt"
          + " loved. he took the mirror to his father. <end>";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "but he was          | but she was          | pronoun",
        "because his         | because her          | possessive",
        "later arthur        | later paul           | name",
        "be proud, arthur    | be proud, tom        | name in speech",
        "arthur and pepper   | arthur and hazel     | friend",
        "the wolf howled     | the wolf barked      | cry",
        "a magic mirror      | a magic apple        | adjective and noun",
        "weighed the magic   | ate the magic        | verb and noun",
        "weighed the magic   | weighed the silver   | thing",
        "until dawn          | until magic          | class of word",
        "felt loved          | felt full            | cure",
        "took the mirror     | took the crown       | noun"
      })
  void breakingAnAgreementMakesAStoryImpossible(String right, String wrong, String what) {
    assertTrue(isValid(STORY), "the story itself");
    assertTrue(STORY.contains(right));
    assertFalse(isValid(STORY.replaceFirst(right, wrong)), what);
  }

  private boolean isValid(String text) {
    int[] tokens = words.encode(text, true);
    return tales.isValid(Arrays.copyOfRange(tokens, 1, tokens.length));
  }
}
