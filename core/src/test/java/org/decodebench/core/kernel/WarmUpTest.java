package org.decodebench.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** While a JVM warms up, kernels change from their plain to their vector form: not one bit may. */
class WarmUpTest {
  private final Kernels kernels = new VectorKernels();

  @AfterAll
  static void takeVectorForms() {
    WarmUp.force(true);
  }

  private static void sameBits(Consumer<float[]> kernel, int outputs) {
    float[] plain = new float[outputs];
    float[] vectors = new float[outputs];
    WarmUp.force(false);
    kernel.accept(plain);
    WarmUp.force(true);
    kernel.accept(vectors);
    assertArrayEquals(plain, vectors);
    assertNotEquals(0, plain[outputs - 1]);
  }

  @Test
  void productsHaveTheSameBitsInBothForms() {
    int rows = 70;
    for (DType type : DType.values()) {
      int columns = type.blockSize() == 1 ? 301 : type.blockSize() == 32 ? 352 : 512;
      Tensor tensor = Tensor.of(KernelsTest.random(1, rows * columns), rows, columns);
      Matrix w = kernels.matrix(Conversion.to(type, tensor));
      for (int n : new int[] {1, 2, 4, 7}) {
        float[] x = KernelsTest.random(2, n * columns);
        sameBits(
            y -> kernels.multiply(w, 0, 2, x, 0, columns, n, y, 0, rows, new Workspace()),
            n * rows);
      }
    }
  }

  @Test
  void rowsHaveTheSameBitsInBothForms() {
    for (int n : new int[] {15, 64, 203}) {
      float[] x = KernelsTest.random(n, n);
      float[] w = KernelsTest.random(n + 1, n);
      float[] table = KernelsTest.random(n + 2, n);
      List<Consumer<float[]>> all = new ArrayList<>();
      all.add(y -> kernels.rmsNorm(x, 0, w, n, 1e-5f, y, 0));
      all.add(y -> kernels.layerNorm(x, 0, w, null, n, 1e-5f, y, 0));
      all.add(y -> kernels.layerNorm(x, 0, w, table, n, 1e-5f, y, 0));
      all.add(y -> kernels.add(x, 0, y, 0, n));
      all.add(y -> inPlace(x, y, v -> kernels.rotate(v, 0, n / 2, table, 0)));
      all.add(y -> inPlace(x, y, v -> kernels.swiglu(v, 0, w, 0, n)));
      all.add(y -> inPlace(x, y, v -> kernels.gelu(v, 0, n)));
      all.forEach(kernel -> sameBits(kernel, n));
    }
  }

  private static void inPlace(float[] x, float[] y, Consumer<float[]> kernel) {
    System.arraycopy(x, 0, y, 0, y.length);
    kernel.accept(y);
  }

  @Test
  void attentionHasTheSameBitsInBothForms() {
    int size = 24;
    int slots = 600;
    KeyValues cache = new KeyValues(2, size, slots);
    float[] kv = KernelsTest.random(1, 2 * slots * size);
    for (int j = 0; j < slots; j++) {
      cache.store(j, kv, j * 2 * size, kv, (slots - 1 - j) * 2 * size);
    }
    float[] queries = KernelsTest.random(2, 5 * 6 * size);
    AttentionRows rows = new AttentionRows(6, 0.2f);
    rows.reset(5, 1);
    for (int r = 0; r < 5; r++) {
      rows.sees(r, 10 * r, 100 + 100 * r, 1);
      rows.path(r, 0, 590 + r);
    }
    sameBits(
        out -> {
          rows.bind(cache, queries, 6 * size, out, 6 * size, 0);
          kernels.attend(rows, 0, rows.blocks(), new Workspace());
        },
        queries.length);
  }

  @Test
  void theExponentialIsOfSinglePrecision() {
    float[] x = new float[2000];
    for (int i = 0; i < x.length; i++) {
      x[i] = -87 + i * 0.0873f;
    }
    float[] y = x.clone();
    Elementwise.exp(y, 0, y.length, 0, y.length & -Lanes.L);
    for (int i = 0; i < x.length; i++) {
      double expected = Math.exp(x[i]);
      assertTrue(Math.abs(y[i] - expected) <= 2 * Math.ulp((float) expected), "exp of " + x[i]);
    }
  }
}
