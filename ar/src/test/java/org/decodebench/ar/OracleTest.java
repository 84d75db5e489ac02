package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.MarkovSource;
import org.decodebench.core.source.OracleModel;
import org.junit.jupiter.api.Test;

/** With a model that knows its source, what is measured is the decoder alone. */
class OracleTest {
  private static final MarkovSource SOURCE = MarkovSource.random("markov", 3, 2, 0.2, 5);
  private static final OracleModel ORACLE = OracleModel.autoregressive(SOURCE);

  @Test
  void autoregressiveDecodingReproducesTheSourceExactly() {
    Map<String, Double> truth = new LinkedHashMap<>();
    enumerate(new int[0], 4, truth);
    assertEquals(1, truth.values().stream().mapToDouble(x -> x).sum(), 1e-9);
    List<Prompt> prompts =
        IntStream.range(0, 20_000).mapToObj(i -> new Prompt(i, new int[] {begin()})).toList();
    DecodeResult result =
        Decoders.create("ar:temperature=1,batch=64", reference -> null)
            .decode(new DecodeRequest(ORACLE, prompts, 4, 1), DecodeListener.NONE);
    double p =
        new Enumeration(truth)
            .pValue(result.sequences().stream().map(DecodeResult.Sequence::tokens));
    assertTrue(p > 0.01, "p = " + p);
  }

  @Test
  void exactLikelihoodIsTheSourcesOwn() {
    for (int i = 0; i < 20; i++) {
      int[] text = SOURCE.sample(new RandomStream(3, i), 30);
      int[] tokens = new int[text.length + 1];
      tokens[0] = begin();
      System.arraycopy(text, 0, tokens, 1, text.length);
      double nll =
          ExactLikelihood.score(ORACLE, List.of(new ScoredText(tokens, 1, text.length)), done -> {})
              .getFirst()
              .nll();
      // Logits are floats, so each term is good to about 1e-7.
      assertEquals(-SOURCE.logProbability(text, 0, text.length), nll, 1e-5);
    }
  }

  private static int begin() {
    return SOURCE.tokenizer().begin().orElseThrow();
  }

  private static void enumerate(int[] text, int left, Map<String, Double> all) {
    double logp = SOURCE.logProbability(text, 0, text.length);
    if (logp == Double.NEGATIVE_INFINITY) {
      return;
    }
    if (left == 0) {
      all.put(Arrays.toString(text), Math.exp(logp));
      return;
    }
    for (int v = 0; v < SOURCE.vocabSize(); v++) {
      int[] longer = Arrays.copyOf(text, text.length + 1);
      longer[text.length] = v;
      enumerate(longer, left - 1, all);
    }
  }
}
