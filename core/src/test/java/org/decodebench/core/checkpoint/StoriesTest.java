package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A real trained checkpoint against what its author's C program computed from it. */
class StoriesTest {
  private static final int BEGIN = 1;

  private static JsonNode expected() {
    return JsonFile.object(SharedData.path("models/stories260K.expected.json"));
  }

  private static LanguageModel model(String file, Backend backend) {
    return Models.load(
        SharedData.path("models/" + file).toString(), new RuntimeOptions(2, backend));
  }

  private static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).intValue();
    }
    return ids;
  }

  static int argmax(Logits logits, int row) {
    int best = 0;
    for (int t = 1; t < logits.vocab(); t++) {
      best = logits.get(row, t) > logits.get(row, best) ? t : best;
    }
    return best;
  }

  @ParameterizedTest
  @CsvSource({
    "stories260K-hf, VECTOR",
    "stories260K-hf, SCALAR",
    "stories260K.gguf, VECTOR",
    "stories260K.gguf, SCALAR"
  })
  void greedyTokensAndLogitsAreTheAuthors(String file, Backend backend) {
    JsonNode expected = expected();
    LanguageModel model = model(file, backend);
    for (JsonNode prompt : expected.path("prompts")) {
      int[] promptIds = ids(prompt.path("prompt_ids"));
      assertArrayEquals(
          promptIds, model.tokenizer().encode(prompt.path("prompt").asString(), true));
      int[] greedy = ids(prompt.path("greedy_ids"));
      Session session = model.open(model.config().contextLength(), 1);
      int[] next = promptIds;
      int length = 0;
      int[] generated = new int[greedy.length];
      for (int i = 0; i < greedy.length; i++) {
        Logits logits = session.forward(next, length, Attention.CAUSAL, Run.last(next.length));
        length += next.length;
        session.commit(0, length);
        generated[i] = argmax(logits, 0);
        next = new int[] {generated[i]};
      }
      assertArrayEquals(greedy, generated);
    }
    JsonNode after = expected.path("logits_after_bos");
    Logits logits = model.open(1, 1).forward(new int[] {BEGIN}, 0, Attention.CAUSAL, Run.last(1));
    double sum = 0;
    double squares = 0;
    for (int t = 0; t < logits.vocab(); t++) {
      sum += logits.get(0, t);
      squares += (double) logits.get(0, t) * logits.get(0, t);
      if (t < 8) {
        assertEquals(after.path("first8").get(t).doubleValue(), logits.get(0, t), 1e-3);
      }
    }
    assertEquals(after.path("sum").doubleValue(), sum, 0.1);
    assertEquals(after.path("sum_of_squares").doubleValue(), squares, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K-hf", "stories260K.gguf"})
  void likelihoodOfATextIsTheAuthors(String file) throws IOException {
    JsonNode nll = expected().path("nll");
    LanguageModel model = model(file, Backend.VECTOR);
    String text = Files.readString(SharedData.path(nll.path("text").asString()));
    int[] ids = model.tokenizer().encode(text, true);
    int[] plain = ids[0] == BEGIN ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
    int window = 511;
    Session session = model.open(window, 1);
    double sum = 0;
    int count = 0;
    for (int from = 0; from + window <= plain.length; from += window) {
      session.truncate(0, 0);
      int[] input = new int[window];
      input[0] = BEGIN;
      System.arraycopy(plain, from, input, 1, window - 1);
      Logits logits = session.forward(input, 0, Attention.CAUSAL, Run.all(window));
      for (int i = 0; i < window; i++, count++) {
        sum -= logProbability(logits, i, plain[from + i]);
      }
    }
    assertEquals(nll.path("tokens").intValue(), count);
    assertEquals(nll.path("nats_per_token").doubleValue(), sum / count, 1e-4);
  }

  private static double logProbability(Logits logits, int row, int token) {
    double most = logits.get(row, argmax(logits, row));
    double total = 0;
    for (int t = 0; t < logits.vocab(); t++) {
      total += Math.exp(logits.get(row, t) - most);
    }
    return logits.get(row, token) - most - Math.log(total);
  }
}
