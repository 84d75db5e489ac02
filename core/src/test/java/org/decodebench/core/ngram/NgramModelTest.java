package org.decodebench.core.ngram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;

class NgramModelTest {
  private static final Source SOURCE = MarkovSource.random("markov", 5, 2, 0.3, 3);
  private static final int VOCAB = SOURCE.vocabSize();

  @Test
  void probabilitiesFollowKneserAndNeysFormula() {
    List<int[]> texts = texts(6, 25);
    Random random = new Random(1);
    for (int order = 1; order <= 4; order++) {
      NgramModel model = new NgramModel("test", texts, order, VOCAB, SOURCE.tokenizer());
      for (int trial = 0; trial < 20; trial++) {
        int[] text = texts.get(random.nextInt(texts.size()));
        int[] context = Arrays.copyOf(text, 1 + random.nextInt(text.length - 1));
        if (trial % 3 == 0) {
          context[context.length - 1] = 3 + random.nextInt(5);
        }
        double[] p = model.next(context);
        double sum = 0;
        for (int v = 0; v < VOCAB; v++) {
          assertEquals(formula(texts, order, context, v), p[v], 1e-12, "order " + order);
          sum += p[v];
        }
        assertEquals(1, sum, 1e-9);
      }
    }
  }

  @Test
  void perplexityComesNearTheEntropyOfASourceOfItsOrder() {
    NgramModel model = new NgramModel("test", texts(2000, 40), 3, VOCAB, SOURCE.tokenizer());
    NgramModel short1 = new NgramModel("test", texts(2000, 40), 1, VOCAB, SOURCE.tokenizer());
    double nll = 0;
    double shortNll = 0;
    double truth = 0;
    for (int i = 0; i < 300; i++) {
      int[] text = SOURCE.sample(new RandomStream(99, i), 40);
      truth -= SOURCE.logProbability(text, 0, text.length);
      int[] context = new int[41];
      System.arraycopy(text, 0, context, 1, 40);
      for (int j = 1; j <= 40; j++) {
        nll -= Math.log(model.next(Arrays.copyOf(context, j))[context[j]]);
        shortNll -= Math.log(short1.next(Arrays.copyOf(context, j))[context[j]]);
      }
    }
    assertTrue(nll > truth && nll < truth * 1.01, nll + " against the source's " + truth);
    assertTrue(shortNll > truth * 1.1, "the unigrams do not know the source");
  }

  @Test
  void sessionAnswersForChainsAndTreesAlike() {
    NgramModel model = new NgramModel("test", texts(50, 30), 4, VOCAB, SOURCE.tokenizer());
    int[] text = texts(1, 12).getFirst();
    try (Session session = model.open(40, 2)) {
      Logits all = session.forward(text, 0, Attention.CAUSAL, Run.all(text.length));
      for (int r = 0; r < text.length; r++) {
        assertRow(model.next(Arrays.copyOf(text, r + 1)), all, r);
      }
      session.commit(0, 8);
      // Two branches after eight tokens: 0 - 1, 0 - 2 - 3.
      int[] nodes = {3, 4, 5, 6};
      Attention.Tree tree = new Attention.Tree(8, new int[] {-1, 0, 0, 2});
      Logits branches = session.forward(nodes, 8, tree, Run.all(4));
      assertRow(model.next(with(text, 3, 4)), branches, 1);
      assertRow(model.next(with(text, 3, 5, 6)), branches, 3);
      session.commitPath(0, new int[] {0, 2, 3});
      session.copy(0, 1, 11);
      Logits after =
          session.forward(List.of(new Run(1, new int[] {3}, 11, Attention.CAUSAL, Run.last(1))));
      assertRow(model.next(with(text, 3, 5, 6, 3)), after, 0);
    }
  }

  @Test
  void loadsByReference() {
    LanguageModel model = Models.load("ngram:tales:2", RuntimeOptions.DEFAULT);
    assertEquals(Sources.byName("tales").vocabSize(), model.config().vocabSize());
    for (String bad : List.of("ngram:nosuch", "ngram:tales:99", "ngram:")) {
      UsageException e =
          assertThrows(UsageException.class, () -> Models.load(bad, RuntimeOptions.DEFAULT));
      assertTrue(e.getMessage().contains("ngram"), e.getMessage());
    }
  }

  private static int[] with(int[] text, int... more) {
    int[] context = Arrays.copyOf(text, 8 + more.length);
    System.arraycopy(more, 0, context, 8, more.length);
    return context;
  }

  private static void assertRow(double[] p, Logits logits, int row) {
    double[] actual = new double[p.length];
    for (int v = 0; v < p.length; v++) {
      actual[v] = Math.exp(logits.get(row, v));
    }
    assertArrayEquals(p, actual, 1e-6);
  }

  private static List<int[]> texts(int count, int length) {
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] text = new int[length + 1];
      System.arraycopy(SOURCE.sample(new RandomStream(5, i), length), 0, text, 1, length);
      texts.add(text);
    }
    return texts;
  }

  /** The definition with lists and no tables: p(w | last k-1 tokens) by recursion from order k. */
  private static double formula(List<int[]> texts, int order, int[] context, int word) {
    return formula(texts, order, Math.min(order, context.length + 1), context, word);
  }

  private static double formula(List<int[]> texts, int order, int k, int[] context, int word) {
    if (k == 0) {
      return word == 0 ? 0 : 1.0 / (VOCAB - 1);
    }
    double lower = formula(texts, order, k - 1, context, word);
    List<Integer> h = new ArrayList<>();
    for (int i = context.length - k + 1; i < context.length; i++) {
      h.add(context[i]);
    }
    double total = 0;
    double types = 0;
    for (int v = 1; v < VOCAB; v++) {
      double a = adjusted(texts, order, with(h, v));
      total += a;
      types += a > 0 ? 1 : 0;
    }
    if (total == 0) {
      return lower;
    }
    double d = discount(texts, order, k);
    double own = word == 0 ? 0 : adjusted(texts, order, with(h, word));
    return Math.max(own - d, 0) / total + d * types / total * lower;
  }

  private static List<Integer> with(List<Integer> h, int v) {
    List<Integer> longer = new ArrayList<>(h);
    longer.add(v);
    return longer;
  }

  private static double discount(List<int[]> texts, int order, int k) {
    Set<List<Integer>> grams = new HashSet<>();
    for (int[] text : texts) {
      for (int i = 0; i + k <= text.length; i++) {
        grams.add(Arrays.stream(text, i, i + k).boxed().toList());
      }
    }
    double one = 0;
    double two = 0;
    for (List<Integer> gram : grams) {
      double a = gram.getLast() == 0 ? 0 : adjusted(texts, order, gram);
      one += a == 1 ? 1 : 0;
      two += a == 2 ? 1 : 0;
    }
    return one > 0 && two > 0 ? one / (one + 2 * two) : 0.5;
  }

  private static double adjusted(List<int[]> texts, int order, List<Integer> gram) {
    int count = 0;
    Set<Integer> before = new HashSet<>();
    for (int[] text : texts) {
      for (int i = 0; i + gram.size() <= text.length; i++) {
        if (Arrays.stream(text, i, i + gram.size()).boxed().toList().equals(gram)) {
          count++;
          if (i > 0) {
            before.add(text[i - 1]);
          }
        }
      }
    }
    return gram.size() == order || gram.getFirst() == 0 ? count : before.size();
  }
}
