package org.decodebench.ar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.junit.jupiter.api.Test;

class ContrastiveTest {
  private static final LanguageModel MODEL =
      Models.load("tales-ar", new RuntimeOptions(1, RuntimeOptions.Backend.AUTO));
  private static final List<DecodeRequest.Prompt> PROMPTS =
      List.of(prompt(0, "one day the"), prompt(1, "one evening the polite boy"), prompt(2, ""));

  @Test
  void withoutPenaltyItIsGreedy() {
    DecodeRequest request = new DecodeRequest(MODEL, PROMPTS, 40, 1);
    assertSame(decode("ar", request), decode("ar-contrastive:alpha=0", request));
  }

  @Test
  void everyTokenIsTheOneThatTheFormulaChoosesWithoutCacheOrTree() {
    DecodeResult result =
        decode("ar-contrastive:alpha=0.6,candidates=3", new DecodeRequest(MODEL, PROMPTS, 25, 1));
    boolean differsFromGreedy = false;
    for (int i = 0; i < PROMPTS.size(); i++) {
      int[] text = PROMPTS.get(i).tokens();
      for (int token : result.sequences().get(i).tokens()) {
        double[] p = new double[MODEL.config().vocabSize()];
        float[][] states = states(text, p);
        int best = best(text, p, states, 0.6, 3);
        differsFromGreedy |= best != Distributions.argmax(p);
        assertTrue(best == token, "prompt " + i + " after " + text.length + " tokens");
        text = with(text, token);
      }
    }
    assertTrue(differsFromGreedy, "the penalty changes something");
  }

  @Test
  void aModelWithoutHiddenStatesIsRefused() {
    DecodeRequest request = DecodeRequest.of(new ToyModel("toy", 12, 5), new int[] {0, 3}, 5, 1);
    UsageException e = assertThrows(UsageException.class, () -> decode("ar-contrastive", request));
    assertTrue(e.getMessage().contains("hidden states"), e.getMessage());
  }

  private static int best(int[] text, double[] p, float[][] states, double alpha, int count) {
    int[] candidates =
        IntStream.range(0, p.length)
            .boxed()
            .sorted((a, b) -> Double.compare(p[b], p[a]))
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    int best = -1;
    double most = Double.NEGATIVE_INFINITY;
    for (int token : candidates) {
      float[][] with = states(with(text, token), new double[p.length]);
      double similarity = -1;
      for (float[] earlier : states) {
        similarity = Math.max(similarity, cosine(with[text.length], earlier));
      }
      double score = (1 - alpha) * p[token] - alpha * similarity;
      if (score > most) {
        most = score;
        best = token;
      }
    }
    return best;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  /** The hidden state at every position, and what may follow the last. */
  private static float[][] states(int[] text, double[] p) {
    int size = MODEL.config().hiddenSize();
    try (Session session = MODEL.open(text.length, 1)) {
      Logits logits =
          session.forward(List.of(new Run(0, text, 0, Attention.CAUSAL, Run.all(text.length))));
      Distributions.softmax(logits.values(), logits.offset(text.length - 1), p);
      float[] hidden = session.hidden();
      return IntStream.range(0, text.length)
          .mapToObj(i -> Arrays.copyOfRange(hidden, i * size, (i + 1) * size))
          .toArray(float[][]::new);
    }
  }

  private static int[] with(int[] text, int token) {
    int[] longer = Arrays.copyOf(text, text.length + 1);
    longer[text.length] = token;
    return longer;
  }

  private static DecodeRequest.Prompt prompt(int stream, String text) {
    return new DecodeRequest.Prompt(stream, MODEL.tokenizer().encode(text, true));
  }

  private static DecodeResult decode(String spec, DecodeRequest request) {
    return Decoders.create(spec, reference -> null).decode(request, DecodeListener.NONE);
  }

  private static void assertSame(DecodeResult expected, DecodeResult actual) {
    for (int i = 0; i < expected.sequences().size(); i++) {
      assertArrayEquals(
          expected.sequences().get(i).tokens(), actual.sequences().get(i).tokens(), "prompt " + i);
    }
  }
}
