package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.RandomWeights;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The runtime contract on a device: caches, batches, trees, and buffers that grow. */
class SessionTest {
  private static final WeightSource WEIGHTS =
      new RandomWeights(RandomWeights.llama(), DType.BF16, false, 5);

  private static LanguageModel device;
  private static LanguageModel cpu;

  @BeforeAll
  static void load() {
    device = ForwardTest.device(WEIGHTS);
    cpu = ForwardTest.cpu(WEIGHTS);
  }

  @AfterAll
  static void free() {
    if (device != null) {
      device.close();
      cpu.close();
    }
  }

  private static float[] step(Session session, int sequence, int token) {
    int at = session.length(sequence);
    Logits logits =
        session.forward(
            List.of(new Run(sequence, new int[] {token}, at, Attention.CAUSAL, Run.all(1))));
    session.commit(sequence, at + 1);
    return ForwardTest.row(logits, 0);
  }

  private static void prefill(Session session, int sequence, int[] tokens) {
    session.forward(List.of(new Run(sequence, tokens, 0, Attention.CAUSAL, Run.none())));
    session.commit(sequence, tokens.length);
  }

  @Test
  void cachedEqualsUncachedToTheBit() {
    int[] tokens = ForwardTest.tokens(1, 40);
    try (Session whole = device.open(40, 1);
        Session parts = device.open(40, 1)) {
      Logits all = whole.forward(tokens, 0, Attention.CAUSAL, Run.all(40));
      float[][] expected = new float[40][];
      Arrays.setAll(expected, i -> ForwardTest.row(all, i));
      prefill(parts, 0, Arrays.copyOf(tokens, 9));
      for (int i = 9; i < 30; i++) {
        assertArrayEquals(expected[i], step(parts, 0, tokens[i]), "position " + i);
      }
      Logits rest =
          parts.forward(
              Arrays.copyOfRange(tokens, 30, 40), 30, Attention.CAUSAL, new int[] {0, 7, 9});
      assertArrayEquals(expected[30], ForwardTest.row(rest, 0));
      assertArrayEquals(expected[37], ForwardTest.row(rest, 1));
      assertArrayEquals(expected[39], ForwardTest.row(rest, 2));
    }
  }

  @Test
  void sequencesOfABatchHaveTheBitsThatTheyHaveAlone() {
    int[][] tokens = {
      ForwardTest.tokens(2, 11), ForwardTest.tokens(3, 5), ForwardTest.tokens(4, 8)
    };
    try (Session batch = device.open(16, 3);
        Session alone = device.open(16, 1)) {
      for (int s = 0; s < 3; s++) {
        prefill(batch, s, Arrays.copyOf(tokens[s], tokens[s].length - 1));
      }
      Logits together =
          batch.forward(List.of(last(0, tokens[0]), last(1, tokens[1]), last(2, tokens[2])));
      for (int s = 0; s < 3; s++) {
        float[] expected = ForwardTest.row(together, s).clone();
        alone.truncate(0, 0);
        prefill(alone, 0, Arrays.copyOf(tokens[s], tokens[s].length - 1));
        assertArrayEquals(expected, step(alone, 0, tokens[s][tokens[s].length - 1]), "of " + s);
      }
    }
  }

  private static Run last(int sequence, int[] tokens) {
    int at = tokens.length - 1;
    return new Run(sequence, new int[] {tokens[at]}, at, Attention.CAUSAL, Run.all(1));
  }

  @Test
  void aPathOfATreeIsKeptAndACopyGoesOnAsItsOrigin() {
    int[] tokens = ForwardTest.tokens(5, 16);
    Attention.Tree tree = new Attention.Tree(9, new int[] {-1, -1, 0, 0, 1, 2, 4});
    int[] nodes = Arrays.copyOfRange(tokens, 9, 16);
    try (Session a = device.open(30, 2);
        Session b = cpu.open(30, 2)) {
      for (Session session : List.of(a, b)) {
        prefill(session, 0, Arrays.copyOf(tokens, 9));
      }
      Logits expected = b.forward(nodes, 9, tree, Run.all(7));
      ForwardTest.assertClose(expected, a.forward(nodes, 9, tree, Run.all(7)));
      for (Session session : List.of(a, b)) {
        session.commitPath(0, new int[] {1, 4, 6});
        session.copy(0, 1, 11);
        assertEquals(12, session.length(0));
        assertEquals(11, session.length(1));
      }
      close(step(b, 0, 7), step(a, 0, 7));
      close(step(b, 1, 8), step(a, 1, 8));
    }
  }

  private static void close(float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 3e-5 * (1 + Math.abs(expected[i])), "token " + i);
    }
  }

  @Test
  void buffersGrowAndKeepWhatTheyHold() {
    WeightSource weights = new RandomWeights(RandomWeights.llama(), DType.F32, false, 6);
    try (LanguageModel small = ForwardTest.device(weights);
        Session session = small.open(20, 1);
        Session reference = small.open(20, 1)) {
      int[] tokens = ForwardTest.tokens(6, 12);
      prefill(session, 0, tokens);
      prefill(reference, 0, tokens);
      float[] expected = step(reference, 0, 3);
      try (Session large = small.open(600, 8)) {
        prefill(large, 7, ForwardTest.tokens(7, 600));
        assertArrayEquals(expected, step(session, 0, 3));
      }
    }
  }

  @Test
  void slidingWindowHidesOlderKeys() {
    ModelConfig llama = RandomWeights.llama();
    ModelConfig config =
        RandomWeights.config(6, 2, llama.norm(), llama.positions(), llama.mlp(), false, true, 5);
    WeightSource weights = new RandomWeights(config, DType.F32, false, 3);
    int[] tokens = ForwardTest.tokens(8, 150);
    try (LanguageModel a = ForwardTest.device(weights);
        LanguageModel b = ForwardTest.cpu(weights);
        Session onDevice = a.open(150, 1);
        Session onCpu = b.open(150, 1)) {
      Logits expected = onCpu.forward(tokens, 0, Attention.CAUSAL, Run.all(150));
      ForwardTest.assertClose(
          expected, onDevice.forward(tokens, 0, Attention.CAUSAL, Run.all(150)));
    }
  }

  @Test
  void whatIsLargerThanTheDeviceIsRefusedWithWhatToDo() {
    int positions = 600;
    long bytes = device.config().layers() * device.config().kvSize() * 8L * positions;
    long sequences = Sdk.device().getMaxGlobalMemory() / bytes + 1;
    if (sequences > Integer.MAX_VALUE / positions) {
      return;
    }
    UsageException e =
        assertThrows(UsageException.class, () -> device.open(positions, (int) sequences));
    assertTrue(e.getMessage().contains("MB"), e.getMessage());
    try (Session still = device.open(20, 1)) {
      prefill(still, 0, ForwardTest.tokens(9, 5));
    }
  }

  @Test
  void aDeviceThatIsNotThereIsNamedBesideThoseThatAre() {
    Sdk.device();
    for (String id : List.of("9:0", "0:99", "x", "1", "0:0:0")) {
      UsageException e = assertThrows(UsageException.class, () -> Devices.find(id));
      assertTrue(e.getMessage().contains(id) && e.getMessage().contains("0:0"), e.getMessage());
    }
  }
}
