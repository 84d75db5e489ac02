package org.decodebench.core.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.sampling.RandomStream;
import org.junit.jupiter.api.Test;

/** Conditionals of stories in any order: against enumeration, and by the chain rule. */
class StoryPosteriorTest {
  private static final String SMALL =
      """
      class kind he names ends
        boy   he  men   plain
        girl  she women fancy
        queen she women plain
      class men
        tom ben
      class women
        ann eve sue
      class thing sort
        ball toys
        pie  foods
      class toys
        red blue
      class foods
        hot blue

      rule story
        2 the [kind=kind] [hero=kind.names] ( saw | 3 liked ) a [thing=thing] . <kind.ends>
        1 one [kind=kind] [hero=kind.names] [thing=thing] [look=thing.sort] {look} {hero} .
      rule plain
        1 {kind.he} ran .
        2 {hero} sat .
      rule fancy
        1 {kind.he} said {hero} ( {thing} | . )
      """;

  private static final int LENGTH = 12;

  @Test
  void conditionalsAgreeWithEnumeration() {
    TalesSource source = new TalesSource("small", SMALL);
    List<int[]> texts = new ArrayList<>();
    List<Double> p = new ArrayList<>();
    enumerate(source, new int[LENGTH], 0, 1, texts, p);
    assertEquals(1, p.stream().mapToDouble(x -> x).sum(), 1e-12);
    RandomStream random = new RandomStream(5, 0);
    int impossible = 0;
    for (int trial = 0; trial < 400; trial++) {
      int[] canvas = new int[LENGTH];
      int[] text = texts.get((int) (random.uniform(trial, 0) * texts.size()));
      double share = random.uniform(trial, 1);
      for (int i = 0; i < LENGTH; i++) {
        // Now and then a token from another text, most of which are impossible there.
        int[] other = texts.get((int) (random.uniform(trial, 50 + i) * texts.size()));
        int token = random.uniform(trial, 80 + i) < 0.04 ? other[i] : text[i];
        canvas[i] = random.uniform(trial, 2 + i) < share ? AnyOrderSource.UNKNOWN : token;
      }
      double[][] expected = filtered(texts, p, canvas, source.vocabSize());
      double[][] actual = new double[LENGTH][source.vocabSize()];
      source.conditionals(canvas, actual);
      for (int i = 0; i < LENGTH; i++) {
        assertArrayEquals(expected[i], actual[i], 1e-12, Arrays.toString(canvas) + " at " + i);
      }
      impossible += Arrays.stream(actual[0]).sum() == 0 ? 1 : 0;
    }
    assertTrue(impossible > 5 && impossible < 200, impossible + " impossible");
  }

  private static void enumerate(
      Source source, int[] text, int at, double mass, List<int[]> texts, List<Double> p) {
    if (at == text.length) {
      texts.add(text.clone());
      p.add(mass);
      return;
    }
    double[] next = new double[source.vocabSize()];
    source.next(text, at, next);
    for (int v = 0; v < next.length; v++) {
      if (next[v] > 0) {
        text[at] = v;
        enumerate(source, text, at + 1, mass * next[v], texts, p);
      }
    }
  }

  private static double[][] filtered(List<int[]> texts, List<Double> p, int[] canvas, int vocab) {
    double[][] out = new double[canvas.length][vocab];
    double all = 0;
    for (int t = 0; t < texts.size(); t++) {
      int[] text = texts.get(t);
      boolean fits = true;
      for (int i = 0; i < canvas.length; i++) {
        fits &= canvas[i] == AnyOrderSource.UNKNOWN || canvas[i] == text[i];
      }
      if (fits) {
        all += p.get(t);
        for (int i = 0; i < canvas.length; i++) {
          out[i][text[i]] += p.get(t);
        }
      }
    }
    for (double[] row : out) {
      for (int v = 0; v < vocab && all > 0; v++) {
        row[v] /= all;
      }
    }
    return out;
  }

  @Test
  void chainRuleInAnyOrderGivesTheProbabilityOfTheStory() {
    TalesSource tales = new TalesSource();
    for (int story = 0; story < 3; story++) {
      int[] text = tales.sample(new RandomStream(3, story), 96);
      double exact = tales.logProbability(text, 0, text.length);
      int[] canvas = new int[text.length];
      Arrays.fill(canvas, AnyOrderSource.UNKNOWN);
      double[][] p = new double[text.length][tales.vocabSize()];
      double sum = 0;
      for (int position : order(text.length, story)) {
        tales.conditionals(canvas, p);
        assertEquals(1, Arrays.stream(p[position]).sum(), 1e-9);
        sum += Math.log(p[position][text[position]]);
        canvas[position] = text[position];
      }
      assertEquals(exact, sum, 1e-7);
    }
  }

  private static int[] order(int n, int seed) {
    RandomStream random = new RandomStream(8, seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = (int) (random.uniform(i, 0) * (i + 1));
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  @Test
  void afterAPrefixTheNextTokenIsThatOfLeftToRight() {
    TalesSource tales = new TalesSource();
    int[] text = tales.sample(new RandomStream(4, 0), 96);
    double[] next = new double[tales.vocabSize()];
    for (int known : new int[] {0, 7, 25, 60}) {
      int[] canvas = Arrays.copyOf(text, 96);
      Arrays.fill(canvas, known, 96, AnyOrderSource.UNKNOWN);
      double[][] p = new double[96][tales.vocabSize()];
      tales.conditionals(canvas, p);
      tales.next(text, known, next);
      assertArrayEquals(next, p[known], 1e-9);
    }
  }
}
