package org.decodebench.core.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.api.Test;

/** The grammar engine on languages small enough to enumerate. */
class StoryGrammarTest {

  private static final String TOY =
      """
      class kind he names
        boy  he  men
        girl she women
        cat  it  women
      class men
        tom ben
      class women
        lily mia anna
      class mood cure why
        sad  glad why-sad
        cold warm why-cold
      rule story
        1 ( 3 a | the ) [kind=kind] [hero=kind.names] was [mood=mood] . ( | 2 because <mood.why> ) <end>
      rule why-sad
        1 no ( way | no ) .
      rule why-cold
        2 brr .
        1 the wind .
      rule end
        1 ( {hero} | 3 {kind.he} | then {hero} ) got {mood.cure} .
      """;

  private final TalesSource toy = new TalesSource("toy", TOY);

  /** All texts with their probabilities, by walking every token of every prefix. */
  private static void enumerate(
      Source source, int[] text, int length, double p, Map<String, Double> out) {
    double[] next = new double[source.vocabSize()];
    source.next(text, length, next);
    for (int v = 0; v < next.length; v++) {
      if (next[v] > 0) {
        text[length] = v;
        if (v == WordTokenizer.END) {
          int[] whole = java.util.Arrays.copyOf(text, length + 1);
          out.put(source.tokenizer().decode(whole), p * next[v]);
          assertEquals(Math.log(p * next[v]), source.logProbability(whole, 0, length + 1), 1e-9);
        } else {
          enumerate(source, text, length + 1, p * next[v], out);
        }
      }
    }
  }

  @Test
  void probabilitiesOfAllTextsSumToOneAndGiveTheEntropyAndLength() {
    Map<String, Double> texts = new HashMap<>();
    enumerate(toy, new int[50], 0, 1, texts);
    double sum = 0;
    double entropy = 0;
    double length = 0;
    int most = 0;
    for (Map.Entry<String, Double> text : texts.entrySet()) {
      int tokens = toy.tokenizer().encode(text.getKey(), true).length;
      sum += text.getValue();
      entropy -= text.getValue() * Math.log(text.getValue());
      length += text.getValue() * tokens;
      most = Math.max(most, tokens);
    }
    assertEquals(1, sum, 1e-12);
    assertEquals(entropy, toy.textEntropy(), 1e-10);
    assertEquals(length, toy.meanLength(), 1e-10);
    assertEquals(entropy / length, toy.entropyRate(), 1e-12);
    assertEquals(most, toy.maxLength());
    // By hand: 2 articles x (2 + 3 + 3) heroes x moods with (1 + 2) + (1 + 2) middles x 3 ends.
    assertEquals(2 * 8 * 6 * 3, texts.size());
    // 3/4 a, 1/3 girl, 1/3 mia, 1/2 sad, 2/3 reason, 1/2 way, 3/5 pronoun.
    assertEquals(
        3.0 / 4 / 3 / 3 / 2 * 2 / 3 / 2 * 3 / 5,
        texts.get("a girl mia was sad. because no way. she got glad."),
        1e-12);
  }

  @Test
  void samplesFollowTheProbabilities() {
    Map<String, Double> texts = new HashMap<>();
    enumerate(toy, new int[50], 0, 1, texts);
    Map<String, Integer> seen = new HashMap<>();
    int n = 100_000;
    for (int i = 0; i < n; i++) {
      seen.merge(toy.tokenizer().decode(toy.sample(new RandomStream(3, i), 50)), 1, Integer::sum);
    }
    assertTrue(texts.keySet().containsAll(seen.keySet()));
    double[] p = texts.values().stream().mapToDouble(Double::doubleValue).toArray();
    long[] counts = texts.keySet().stream().mapToLong(text -> seen.getOrDefault(text, 0)).toArray();
    assertTrue(ChiSquare.tail(p, counts) > 0.001);
  }

  @Test
  void afterAnImpossiblePrefixEverythingHasProbabilityZero() {
    int[] prefix = toy.tokenizer().encode("the girl tom", false);
    double[] p = new double[toy.vocabSize()];
    toy.next(prefix, prefix.length, p);
    assertArrayEquals(new double[p.length], p);
    assertEquals(Double.NEGATIVE_INFINITY, toy.logProbability(prefix, 0, prefix.length));
  }

  @Test
  void choicesThatBeginAlikeAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new TalesSource("x", "rule r\n 1 ( a b | a )"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new TalesSource("x", "class c\n a b\nrule r\n 1 [s=c] ( {s} | b )"));
    assertThrows(IllegalArgumentException.class, () -> new TalesSource("x", "rule r\n 1 a <r>"));
    assertThrows(IllegalArgumentException.class, () -> new TalesSource("x", "rule r\n 1 {s} a"));
  }
}
