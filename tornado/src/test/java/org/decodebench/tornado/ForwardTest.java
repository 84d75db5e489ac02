package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.model.RandomWeights;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole forward against the CPU's. */
class ForwardTest {
  private static final Positions ROPE = new Positions.Rope(10000, 20, new RopeScaling.None());
  private static final WordTokenizer TOKENIZER = new WordTokenizer(List.of("a", "b"));

  static LanguageModel device(WeightSource source) {
    return new TornadoTransformer("test", source, TOKENIZER, Sdk.device());
  }

  static LanguageModel cpu(WeightSource source) {
    return new CpuTransformer("test", source, TOKENIZER, new RuntimeOptions(1, Backend.SCALAR));
  }

  static Stream<Arguments> families() {
    Positions partial = new Positions.Rope(500, 8, new RopeScaling.None());
    return Stream.of(
        Arguments.of("llama", RandomWeights.llama(), false),
        Arguments.of("qwen3", of(8, 4, Norm.RMS, ROPE, Mlp.SWIGLU, true, false), true),
        Arguments.of("dit", of(2, 2, Norm.LAYER, partial, Mlp.GELU_TANH, false, false), true),
        Arguments.of(
            "gpt2",
            of(4, 1, Norm.LAYER, new Positions.Learned(), Mlp.GELU_TANH, false, true),
            true));
  }

  private static ModelConfig of(
      int heads, int kv, Norm norm, Positions positions, Mlp mlp, boolean qkNorm, boolean tied) {
    return RandomWeights.config(heads, kv, norm, positions, mlp, qkNorm, tied, 0);
  }

  static int[] tokens(long seed, int n) {
    return new Random(seed).ints(n, 0, 71).toArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("families")
  void logitsEqualTheCpusUnderEveryAttention(String name, ModelConfig config, boolean biases) {
    WeightSource weights = new RandomWeights(config, DType.F32, biases, 7);
    try (LanguageModel device = device(weights);
        LanguageModel cpu = cpu(weights)) {
      int n = 133;
      for (Attention attention :
          List.of(
              Attention.CAUSAL, new Attention.Bidirectional(n), new Attention.BlockCausal(4, n))) {
        compare(device, cpu, attention, n);
      }
      compare(device, cpu, Attention.CAUSAL, 1);
    }
  }

  private static void compare(LanguageModel device, LanguageModel cpu, Attention attention, int n) {
    int[] tokens = tokens(n, n);
    try (Session a = device.open(n, 1);
        Session b = cpu.open(n, 1)) {
      Logits actual = a.forward(tokens, 0, attention, Run.all(n));
      Logits expected = b.forward(tokens, 0, attention, Run.all(n));
      assertClose(expected, actual);
    }
  }

  static void assertClose(Logits expected, Logits actual) {
    assertEquals(expected.rows(), actual.rows());
    for (int i = 0; i < expected.rows(); i++) {
      for (int t = 0; t < expected.vocab(); t++) {
        float e = expected.get(i, t);
        assertEquals(e, actual.get(i, t), 3e-5 * (1 + Math.abs(e)), "row " + i + " token " + t);
      }
    }
  }

  static float[] row(Logits logits, int row) {
    return Arrays.copyOfRange(logits.values(), logits.offset(row), logits.offset(row + 1));
  }
}
