package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GgufWeightsTest {

  @Test
  void bothFormatsOfTheSameModelHoldTheSameBits() {
    try (Checkpoint hub = Models.open(SharedData.path("models/stories260K-hf").toString());
        Checkpoint gguf = Models.open(SharedData.path("models/stories260K.gguf").toString())) {
      assertEquals(new TreeSet<>(hub.weights().names()), new TreeSet<>(gguf.weights().names()));
      assertEquals(hub.weights().config(), gguf.weights().config());
      for (String name : hub.weights().names()) {
        Tensor a = hub.weights().find(name).orElseThrow();
        Tensor b = gguf.weights().find(name).orElseThrow();
        assertArrayEquals(a.shape(), b.shape(), name);
        assertArrayEquals(a.onHeap().floats(), b.onHeap().floats(), name);
      }
    }
  }

  @Test
  void rowsGoToHalvesAndBack() {
    float[] rows = new float[2 * 8 * 3];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    Tensor tensor = Tensor.of(rows, 16, 3);
    Tensor moved = RowOrder.neighboursToHalves(tensor, 8, 4);
    int[] order = new int[16];
    for (int r = 0; r < 16; r++) {
      order[r] = (int) moved.floats()[r * 3] / 3;
    }
    // Of four rotary components the neighbours 0,1 and 2,3 part; the rest of a head stays.
    assertArrayEquals(new int[] {0, 2, 1, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12, 13, 14, 15}, order);
    assertArrayEquals(rows, RowOrder.halvesToNeighbours(moved, 8, 4).floats());
  }

  @Test
  void vocabularyOnlyFilesTokenizeButDoNotLoad() {
    String file = SharedData.path("tokenizers/ggml-vocab-llama-spm.gguf").toString();
    assertEquals(32000, Models.tokenizer(file).vocabSize());
    UsageException e = assertThrows(UsageException.class, () -> Models.open(file));
    assertTrue(e.getMessage().contains("vocabulary only"), e.getMessage());
    String falcon = SharedData.path("tokenizers/ggml-vocab-falcon.gguf").toString();
    e = assertThrows(UsageException.class, () -> Models.open(falcon));
    assertTrue(e.getMessage().contains("'falcon' is not supported; supported are llama"));
  }

  /** Divisors of Llama 3.1 8B: high frequencies are left alone, the lowest divided by 8. */
  @Test
  void llama3DivisorsRunFromOneToTheFactor() {
    double[] divisors = RopeFactors.divisors(new RopeScaling.Llama3(8, 1, 4, 8192), 500_000, 128);
    assertEquals(1, divisors[0]);
    assertEquals(1, divisors[28]);
    assertEquals(8, divisors[63], 1e-12);
    assertTrue(divisors[30] > 1 && divisors[30] < 8, "a smooth band between");
  }
}
