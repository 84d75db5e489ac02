package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * The files that we write, in llama.cpp: the same ids of a prompt, the same greedy continuation,
 * the same probabilities of the next token. Run with {@code ./mvnw -Ppeers -pl core test
 * -Dtest=LlamaCppTest}.
 */
class LlamaCppTest {
  private static final int TOKENS = 16;

  /** Of probabilities, where both engines compute in the same precision. */
  private static final double BOUND = 2e-3;

  /** Products with quantised weights round the activations too there, and not here. */
  private static final double QUANTISED_BOUND = 2e-2;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(DType.class)
  void convertedFilesContinueAlike(DType type) throws Exception {
    Path out = folder.resolve("stories.gguf");
    Converter.convert(SharedData.path("models/stories260K-hf").toString(), out, type);
    compare("stories260K " + type, out, out, "Once upon a time", bound(type));
  }

  /**
   * Here the stored type, there the same values as F32: no rounding of activations on either side.
   */
  @ParameterizedTest
  @EnumSource(DType.class)
  void storedTypesHoldTheValuesThatTheyAreReadAs(DType type) throws Exception {
    Path out = folder.resolve("stories.gguf");
    Converter.convert(SharedData.path("models/stories260K-hf").toString(), out, type);
    Path plain = folder.resolve("plain.gguf");
    Converter.convert(out.toString(), plain, DType.F32);
    compare("stories260K " + type + " as F32", out, plain, "Once upon a time", BOUND);
  }

  @ParameterizedTest
  @CsvSource({
    "llama,F32", "llama,F16", "llama,BF16", "llama,Q8_0", "llama,Q6_K", "llama,Q4_K", "llama,Q4_0",
    "qwen2,F32", "qwen2,Q8_0", "qwen3,F32", "qwen3,Q8_0", "qwen3,Q4_K", "gpt2,F32", "gpt2,Q8_0"
  })
  void synthesizedFilesContinueAlike(String family, DType type) throws Exception {
    Path config = folder.resolve("config.json");
    Files.writeString(config, config(family));
    Path out = folder.resolve("random.gguf");
    Synthesizer.write(config.toString(), Optional.empty(), 0, type, 5, out);
    compare("random " + family + " " + type, out, out, "some w500 text", bound(type));
  }

  private static String config(String family) {
    return family.equals("gpt2")
        ? """
        {"model_type": "gpt2", "n_embd": 256, "n_layer": 2, "n_head": 4, "n_positions": 256,
         "vocab_size": 600}
        """
        : """
        {"model_type": "%s", "hidden_size": 256, "intermediate_size": 512, "head_dim": 64,
         "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "vocab_size": 600, "max_position_embeddings": 256, "tie_word_embeddings": false}
        """
            .formatted(family);
  }

  private static double bound(DType type) {
    return switch (type) {
      case F32, F16, BF16 -> BOUND;
      default -> QUANTISED_BOUND;
    };
  }

  private static void compare(String what, Path ours, Path file, String prompt, double bound)
      throws Exception {
    try (LanguageModel model = Models.load(ours.toString(), RuntimeOptions.DEFAULT)) {
      Tokenizer tokenizer = model.tokenizer();
      List<Integer> ids =
          new ArrayList<>(Arrays.stream(tokenizer.encode(prompt, true)).boxed().toList());
      int[] plain = tokenizer.encode(prompt, false);
      int begin = ids.size() > plain.length ? ids.getFirst() : -1;
      JsonNode theirs = ask(file, prompt, begin);
      assertEquals(
          JsonFile.MAPPER.valueToTree(plain), theirs.path("prompt"), what + ": ids of the prompt");
      double worst = 0;
      double miss = 0;
      int same = 0;
      for (JsonNode step : theirs.path("steps")) {
        double[] p = next(model, ids);
        int first = first(p);
        for (JsonNode pair : step.path("likeliest")) {
          worst = Math.max(worst, Math.abs(p[pair.path(0).asInt()] - pair.path(1).asDouble()));
        }
        if (first == step.path("id").asInt()) {
          same++;
        } else {
          miss = Math.max(miss, p[first] - p[step.path("id").asInt()]);
        }
        ids.add(step.path("id").asInt());
      }
      System.out.printf(
          "%-24s %d of %d greedy tokens alike, probabilities within %.1e%n",
          what, same, TOKENS, worst);
      assertEquals(TOKENS, theirs.path("steps").size(), what);
      assertTrue(worst <= bound, what + ": probabilities differ by " + worst);
      // Another token only where the two lie closer than the engines do.
      assertTrue(miss <= 2 * worst, what + ": another greedy token, less likely by " + miss);
    }
  }

  private static JsonNode ask(Path file, String prompt, int begin) throws Exception {
    Path peer = Path.of("../peers/llama-cpp");
    Assumptions.assumeTrue(
        Files.isDirectory(peer.resolve("node_modules")),
        "skipped: npm ci --ignore-scripts --prefix peers/llama-cpp first");
    Process child =
        new ProcessBuilder(
                "node",
                "next.mjs",
                file.toString(),
                prompt,
                Integer.toString(TOKENS),
                Integer.toString(begin))
            .directory(peer.toFile())
            .redirectErrorStream(true)
            .start();
    String log = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), log);
    return JsonFile.MAPPER.readTree(log.strip().lines().toList().getLast());
  }

  private static int first(double[] p) {
    int first = 0;
    for (int i = 1; i < p.length; i++) {
      first = p[i] > p[first] ? i : first;
    }
    return first;
  }

  private static double[] next(LanguageModel model, List<Integer> ids) {
    int[] tokens = ids.stream().mapToInt(Integer::intValue).toArray();
    try (var session = model.open(tokens.length, 1)) {
      Logits logits = session.forward(tokens, 0, Attention.CAUSAL, Run.last(tokens.length));
      double[] p = new double[logits.vocab()];
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < p.length; i++) {
        most = Math.max(most, logits.get(0, i));
      }
      double sum = 0;
      for (int i = 0; i < p.length; i++) {
        p[i] = Math.exp(logits.get(0, i) - most);
        sum += p[i];
      }
      for (int i = 0; i < p.length; i++) {
        p[i] /= sum;
      }
      return p;
    }
  }
}
