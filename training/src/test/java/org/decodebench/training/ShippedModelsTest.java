package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The models inside the application, judged by the CPU runtime on texts of their source. */
class ShippedModelsTest {
  private static final Source TALES = Sources.byName("tales");
  private static final int TEXTS = 300;

  /** Texts that no training run can have drawn: another seed. */
  private static Canvas canvas(int index) {
    return Canvas.of(TALES.sample(new RandomStream(20_26, index), 95), 0, 1, 96);
  }

  @Test
  void autoregressivePerplexityIsWithinThreePercentOfTheSource() {
    double model = 0;
    double source = 0;
    long tokens = 0;
    for (int i = 0; i < TEXTS; i++) {
      int[] text = Arrays.copyOfRange(canvas(i).tokens(), 1, canvas(i).textEnd());
      source -= TALES.logProbability(text, 0, text.length);
      tokens += text.length;
    }
    model = exactNll("tales-ar");
    double ratio = Math.exp(model - source / tokens);
    assertTrue(ratio < 1.03, "perplexity is %.4f times the source's".formatted(ratio));
    assertTrue(ratio > 0.999, "no model beats its source: %.4f".formatted(ratio));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tales-ar", "tales-draft"})
  void theCardOfAnAutoregressiveModelTellsTheTruth(String name) throws IOException {
    // Two samples of texts, each with a standard error of about 0.005 nats a token.
    assertEquals(held(card(name)), exactNll(name), 0.025);
  }

  @Test
  void comparedModelsHaveOneArchitectureAndOneBudget() throws IOException {
    List<String> names = List.of("tales-ar", "tales-mdlm", "tales-bd8", "tales-udlm");
    List<String> rows =
        List.of("parameters", "tokens seen", "optimiser", "schedule", "data", "seed");
    for (String name : names) {
      for (String row : rows) {
        assertEquals(row(card("tales-ar"), row), row(card(name), row), name + ": " + row);
      }
      try (LanguageModel model = Models.load(name, RuntimeOptions.DEFAULT)) {
        ModelConfig c = model.config();
        assertEquals(List.of(512, 128, 4, 4, 2, 32, 384, 96), shape(c), name);
      }
    }
  }

  private static List<Integer> shape(ModelConfig c) {
    return List.of(
        c.vocabSize(),
        c.hiddenSize(),
        c.layers(),
        c.heads(),
        c.kvHeads(),
        c.headSize(),
        c.mlpSize(),
        c.contextLength());
  }

  @Test
  void theBoundsOfTheDiffusionModelsAreAboveTheSourceAndBlocksAreNearer() throws IOException {
    double source = TALES.entropyRate();
    double ar = held(card("tales-ar"));
    double block = held(card("tales-bd8"));
    double masked = held(card("tales-mdlm"));
    assertTrue(source < ar, source + " < " + ar);
    assertTrue(ar < block, ar + " < " + block);
    assertTrue(block < masked, block + " < " + masked);
  }

  /** Its budget comes on top of that of the model it starts from, so it is not one of the set. */
  @Test
  void theAdaptedModelIsOfTheSameShapeAndItsBoundIsNearerToTheSource() throws IOException {
    String card = card("tales-mdlm-from-ar");
    assertEquals("| starts from | tales-ar |", row(card, "starts from"));
    assertEquals(row(card("tales-ar"), "parameters"), row(card, "parameters"));
    assertTrue(TALES.entropyRate() < held(card), card);
    assertTrue(held(card) < held(card("tales-mdlm")), card);
    try (LanguageModel model = Models.load("tales-mdlm-from-ar", RuntimeOptions.DEFAULT)) {
      assertEquals(List.of(512, 128, 4, 4, 2, 32, 384, 96), shape(model.config()));
      assertEquals(ModelConfig.Paradigm.MASKED_DIFFUSION, model.config().paradigm());
    }
  }

  /** Nats a text token of an autoregressive model. */
  private static double exactNll(String name) {
    double nll = 0;
    long tokens = 0;
    try (LanguageModel model = Models.load(name, RuntimeOptions.DEFAULT);
        Session session = model.open(96, 1)) {
      for (int i = 0; i < TEXTS; i++) {
        Canvas canvas = canvas(i);
        int rows = canvas.textEnd() - 1;
        int[] inputs = Arrays.copyOf(canvas.tokens(), rows);
        session.truncate(0, 0);
        Logits logits = session.forward(inputs, 0, Attention.CAUSAL, Run.all(rows));
        for (int row = 0; row < rows; row++) {
          nll -= logProbability(logits, row, canvas.tokens()[row + 1]);
        }
        tokens += rows;
      }
    }
    return nll / tokens;
  }

  private static double logProbability(Logits logits, int row, int token) {
    double sum = 0;
    for (int v = 0; v < logits.vocab(); v++) {
      sum += Math.exp(logits.get(row, v));
    }
    return logits.get(row, token) - Math.log(sum);
  }

  private static String card(String name) throws IOException {
    String place = "/org/decodebench/models/" + name + "/README.md";
    try (InputStream in = Models.class.getResourceAsStream(place)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String row(String card, String name) {
    return card.lines()
        .filter(line -> line.startsWith("| " + name + " |"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no row " + name));
  }

  private static double held(String card) {
    Matcher matcher = Pattern.compile("([0-9.]+) nats").matcher(row(card, "held-out"));
    assertTrue(matcher.find());
    return Double.parseDouble(matcher.group(1));
  }
}
