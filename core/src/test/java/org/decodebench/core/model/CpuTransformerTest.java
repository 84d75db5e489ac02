package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CpuTransformerTest {
  private static final Positions ROPE = new Positions.Rope(10000, 20, new RopeScaling.None());

  /** Only its size matters here, and that it is no larger than the model's vocabulary. */
  static final Tokenizer TOKENIZER =
      new org.decodebench.core.tokenizer.WordTokenizer(List.of("a", "b"));

  static CpuTransformer model(WeightSource source, int threads, Backend backend) {
    return new CpuTransformer("test", source, TOKENIZER, new RuntimeOptions(threads, backend));
  }

  static int[] tokens(long seed, int n) {
    return new Random(seed).ints(n, 0, 71).toArray();
  }

  static float[] row(Logits logits, int row) {
    return Arrays.copyOfRange(logits.values(), logits.offset(row), logits.offset(row + 1));
  }

  static Stream<Arguments> families() {
    Positions partial = new Positions.Rope(500, 8, new RopeScaling.None());
    Positions linear = new Positions.Rope(10000, 20, new RopeScaling.Linear(4));
    Positions llama3 = new Positions.Rope(10000, 20, new RopeScaling.Llama3(8, 1, 4, 64));
    return Stream.of(
        Arguments.of("llama", RandomWeights.llama(), false),
        Arguments.of("mha untied", of(4, 4, Norm.RMS, ROPE, Mlp.SWIGLU, false, false), false),
        Arguments.of("mqa linear", of(3, 1, Norm.RMS, linear, Mlp.SWIGLU, false, true), false),
        Arguments.of("qwen2", of(6, 2, Norm.RMS, llama3, Mlp.SWIGLU, false, true), true),
        Arguments.of("qwen3", of(8, 4, Norm.RMS, ROPE, Mlp.SWIGLU, true, false), false),
        Arguments.of("dit", of(2, 2, Norm.LAYER, partial, Mlp.GELU_TANH, false, false), true),
        Arguments.of("no bias", of(2, 2, Norm.LAYER, ROPE, Mlp.GELU_TANH, false, true), false),
        Arguments.of(
            "gpt2",
            of(4, 4, Norm.LAYER, new Positions.Learned(), Mlp.GELU_TANH, false, true),
            true));
  }

  private static ModelConfig of(
      int heads, int kv, Norm norm, Positions positions, Mlp mlp, boolean qkNorm, boolean tied) {
    return RandomWeights.config(heads, kv, norm, positions, mlp, qkNorm, tied, 0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("families")
  void logitsEqualAnIndependentForwardUnderEveryAttention(
      String name, ModelConfig config, boolean biases) {
    WeightSource weights = new RandomWeights(config, DType.F32, biases, 7);
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      CpuTransformer model = model(weights, 2, backend);
      assertEquals(backend == Backend.SCALAR, model.kernels().equals("scalar"));
      int n = 21;
      int[] positions = IntStream.range(0, n).toArray();
      compare(model, weights, Attention.CAUSAL, positions, (i, j) -> j <= i);
      compare(model, weights, new Attention.Bidirectional(n), positions, (i, j) -> true);
      compare(model, weights, new Attention.BlockCausal(4, n), positions, (i, j) -> j / 4 <= i / 4);
    }
  }

  private static void compare(
      LanguageModel model,
      WeightSource weights,
      Attention attention,
      int[] positions,
      BiPredicate<Integer, Integer> sees) {
    int n = positions.length;
    int[] tokens = tokens(n, n);
    double[][] expected = new NaiveTransformer(weights).logits(tokens, positions, sees);
    try (Session session = model.open(n, 1)) {
      Logits logits = session.forward(tokens, 0, attention, Run.all(n));
      for (int i = 0; i < n; i++) {
        for (int t = 0; t < logits.vocab(); t++) {
          assertEquals(expected[i][t], logits.get(i, t), 2e-5 * (1 + Math.abs(expected[i][t])));
        }
      }
    }
  }

  @Test
  void bfloat16WeightsGiveTheLogitsOfTheirValues() {
    WeightSource weights = new RandomWeights(RandomWeights.llama(), DType.BF16, false, 3);
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      int[] positions = IntStream.range(0, 40).toArray();
      compare(model(weights, 1, backend), weights, Attention.CAUSAL, positions, (i, j) -> j <= i);
    }
  }

  @Test
  void slidingWindowHidesOlderKeys() {
    ModelConfig config = RandomWeights.config(6, 2, Norm.RMS, ROPE, Mlp.SWIGLU, false, true, 5);
    WeightSource weights = new RandomWeights(config, DType.F32, false, 3);
    int[] positions = IntStream.range(0, 300).toArray();
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      compare(
          model(weights, 1, backend),
          weights,
          Attention.CAUSAL,
          positions,
          (i, j) -> j <= i && j > i - 5);
    }
  }

  @Test
  void treeNodesSeeThePrefixAndTheirAncestors() {
    WeightSource weights = new RandomWeights(RandomWeights.llama(), DType.F32, false, 5);
    int[] parents = {-1, -1, 0, 0, 1, 2, 4};
    Attention.Tree tree = new Attention.Tree(9, parents);
    int[] tokens = tokens(1, 16);
    int[] positions = IntStream.range(0, 16).map(i -> i < 9 ? i : 9 + tree.depth(i - 9)).toArray();
    double[][] expected =
        new NaiveTransformer(weights)
            .logits(
                tokens, positions, (i, j) -> j < 9 ? j <= i : i >= 9 && tree.sees(i - 9, j - 9));
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      Session session = model(weights, 2, backend).open(30, 1);
      session.forward(Arrays.copyOf(tokens, 9), 0, Attention.CAUSAL, Run.none());
      session.commit(0, 9);
      Logits logits = session.forward(Arrays.copyOfRange(tokens, 9, 16), 9, tree, Run.all(7));
      for (int i = 0; i < 7; i++) {
        for (int t = 0; t < logits.vocab(); t++) {
          assertEquals(
              expected[9 + i][t], logits.get(i, t), 2e-5 * (1 + Math.abs(expected[9 + i][t])));
        }
      }
    }
  }

  @Test
  void bytesAreTokensOfTheirOwn() {
    ByteTokenizer bytes = new ByteTokenizer();
    String text = "Grüße <mask> 🌍\n";
    int[] ids = bytes.encode(text, true);
    assertEquals(ByteTokenizer.BEGIN, ids[0]);
    assertEquals("Grüße  🌍\n", bytes.decode(ids));
    assertEquals(text, bytes.decode(bytes.encode(text, false)));
    assertArrayEquals(new int[] {'<', 'm'}, Arrays.copyOf(bytes.encode("<mask>", false), 2));
  }
}
