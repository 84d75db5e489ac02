package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.decodebench.core.checkpoint.Checkpoint;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.checkpoint.SharedData;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Greedy tokens of real models on the device and on the CPU. Both see the same tokens; where the
 * best differ, the CPU's logits of the two must be a tie within rounding.
 */
class GreedyTokensTest {
  /** Of a logit; the models' are of the order of ten. */
  private static final double TIE = 1e-4;

  private static LanguageModel load(String model, Backend backend) {
    Sdk.device();
    return Models.load(model, new RuntimeOptions(1, backend));
  }

  private static int best(Logits logits, int row) {
    int best = 0;
    for (int t = 1; t < logits.vocab(); t++) {
      if (logits.get(row, t) > logits.get(row, best)) {
        best = t;
      }
    }
    return best;
  }

  /** The CPU's choice, which the device's must equal. */
  private static int agreed(Logits cpu, Logits device, int row, String where) {
    int expected = best(cpu, row);
    int actual = best(device, row);
    assertTrue(
        expected == actual || cpu.get(row, expected) - cpu.get(row, actual) < TIE,
        () -> "%s: %d, not %d".formatted(where, actual, expected));
    return expected;
  }

  private static void autoregressive(String model, int sequences, int positions) {
    autoregressive(load(model, Backend.SCALAR), load(model, Backend.TORNADO), sequences, positions);
  }

  private static void autoregressive(
      LanguageModel cpu, LanguageModel device, int sequences, int positions) {
    try (LanguageModel onCpu = cpu;
        LanguageModel onDevice = device;
        Session a = onCpu.open(positions, 1);
        Session b = onDevice.open(positions, 1)) {
      for (int s = 0; s < sequences; s++) {
        a.truncate(0, 0);
        b.truncate(0, 0);
        int[] prompt = {0, 3 + 17 * s};
        for (int at = 0; at < positions; ) {
          Logits expected = a.forward(prompt, at, Attention.CAUSAL, Run.last(prompt.length));
          Logits actual = b.forward(prompt, at, Attention.CAUSAL, Run.last(prompt.length));
          at += prompt.length;
          a.commit(0, at);
          b.commit(0, at);
          prompt = new int[] {agreed(expected, actual, 0, "sequence " + s + " position " + at)};
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tales-ar", "tales-draft"})
  void theEmbeddedAutoregressiveModelsGiveTheCpusTokens(String model) {
    autoregressive(model, 4, 96);
  }

  /** A checkpoint whose matrices are stored in another type. */
  private record Stored(WeightSource source, DType type) implements WeightSource {
    @Override
    public String name() {
      return source.name();
    }

    @Override
    public ModelConfig config() {
      return source.config();
    }

    @Override
    public Set<String> names() {
      return source.names();
    }

    @Override
    public Optional<Tensor> find(String name) {
      return source.find(name).map(t -> t.shape().length == 2 ? Conversion.to(type, t) : t);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "Q8_0", "Q4_0"})
  void anEmbeddedModelStoredInAnotherTypeGivesTheCpusTokens(DType type) {
    Sdk.device();
    try (Checkpoint checkpoint = Models.open("tales-ar")) {
      WeightSource stored = new Stored(checkpoint.weights(), type);
      autoregressive(
          new CpuTransformer(
              "cpu", stored, checkpoint.tokenizer(), new RuntimeOptions(1, Backend.SCALAR)),
          new TornadoTransformer("device", stored, checkpoint.tokenizer(), Sdk.device()),
          2,
          96);
    }
  }

  @Test
  void stories260KGivesTheCpusTokens() {
    autoregressive(SharedData.path("models/stories260K.gguf").toString(), 1, 300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tales-mdlm", "tales-bd8"})
  void theEmbeddedDiffusionModelsFillACanvasAsOnTheCpu(String model) {
    int n = 96;
    try (LanguageModel onCpu = load(model, Backend.SCALAR);
        LanguageModel onDevice = load(model, Backend.TORNADO);
        Session a = onCpu.open(n, 1);
        Session b = onDevice.open(n, 1)) {
      int mask = onCpu.config().maskTokenId().getAsInt();
      int block = onCpu.config().blockSize();
      int[] canvas = new int[n];
      java.util.Arrays.fill(canvas, 1, n, mask);
      Attention attention =
          block > 0 ? new Attention.BlockCausal(block, n) : new Attention.Bidirectional(n);
      for (int at = 1; at < n; at += 4) {
        Logits expected = a.forward(canvas, 0, attention, Run.all(n));
        Logits actual = b.forward(canvas, 0, attention, Run.all(n));
        for (int i = at; i < Math.min(at + 4, n); i++) {
          canvas[i] = agreed(expected, actual, i, "position " + i);
        }
      }
      assertEquals(0, java.util.Arrays.stream(canvas).filter(t -> t == mask).count());
    }
  }
}
