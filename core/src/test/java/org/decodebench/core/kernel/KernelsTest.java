package org.decodebench.core.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each kernel, scalar and vector, against the formula in double precision on signed values of odd
 * sizes; the bound grows with the length of the sum, as the error of a sum does.
 */
class KernelsTest {
  private static final double EPSILON = Math.ulp(1f);
  private static final int[] SIZES = {1, 3, 15, 16, 17, 63, 64, 65, 100, 255, 256, 257, 512, 777};

  static Stream<Kernels> kernels() {
    return Stream.of(new ScalarKernels(), new VectorKernels());
  }

  /** Both forms of the vector kernels are tested; here the vectors themselves. */
  @BeforeAll
  static void takeVectorForms() {
    new VectorKernels();
    WarmUp.force(true);
  }

  static float[] random(long seed, int n) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Tensor tensor(DType type, float[] values, int rows, int columns) {
    return Conversion.to(type, Tensor.of(values, rows, columns));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void productStaysWithinTheErrorOfItsSum(Kernels kernels) {
    for (DType type : DType.values()) {
      int block = type.blockSize();
      int[] sizes =
          Arrays.stream(SIZES).map(n -> (n + block - 1) / block * block).distinct().toArray();
      for (int columns : sizes) {
        product(kernels, type, 130, columns, 1 + columns / block % 3);
      }
      product(kernels, type, 1, 2 * block, 1);
      product(kernels, type, 64, 3 * block, 5);
      product(kernels, type, 70, 259 / block * block + block, 9);
      product(kernels, type, 70, 259 / block * block + block, 50);
      // More columns than are taken at a time, and more than in a tile.
      product(kernels, type, 65, 1100 / block * block + block, 3);
      product(kernels, type, 65, 1100 / block * block + block, 50);
    }
  }

  private static void product(Kernels kernels, DType type, int rows, int columns, int n) {
    Tensor tensor = tensor(type, random(rows * 31L + columns, rows * columns), rows, columns);
    Matrix w = kernels.matrix(tensor);
    int xStride = columns + 3;
    float[] x = random(columns, n * xStride);
    int yStride = rows + 2;
    float[] y = new float[5 + n * yStride];
    Arrays.fill(y, Float.NaN);
    kernels.multiply(w, 0, w.panels(), x, 0, xStride, n, y, 5, yStride, new Workspace());
    float[] row = new float[columns];
    float[] copy = new float[columns];
    for (int r = 0; r < rows; r++) {
      tensor.readRow(r, row, 0);
      w.row(r, copy, 0);
      assertArrayEquals(row, copy);
      for (int i = 0; i < n; i++) {
        double sum = 0;
        double magnitude = 0;
        for (int k = 0; k < columns; k++) {
          sum += (double) row[k] * x[i * xStride + k];
          magnitude += Math.abs((double) row[k] * x[i * xStride + k]);
        }
        assertEquals(
            sum,
            y[5 + i * yStride + r],
            columns * EPSILON * magnitude,
            () -> kernels.name() + " " + type + " " + rows + "x" + columns + " n=" + n);
      }
    }
    for (int i = 0; i < n; i++) {
      assertTrue(Float.isNaN(y[5 + i * yStride + rows]), "wrote past the last row");
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void productIsTheSameBitsForAnyNumberOfInputsAndAnySplit(Kernels kernels) {
    int rows = 200;
    for (DType type : DType.values()) {
      int columns = type.blockSize() == 1 ? 1299 : type.blockSize() == 32 ? 1312 : 1280;
      Matrix w = kernels.matrix(tensor(type, random(1, rows * columns), rows, columns));
      float[] x = random(2, 13 * columns);
      float[] alone = new float[13 * rows];
      for (int i = 0; i < 13; i++) {
        kernels.multiply(
            w, 0, 4, x, i * columns, columns, 1, alone, i * rows, rows, new Workspace());
      }
      for (int n : new int[] {2, 3, 4, 7, 13}) {
        float[] y = new float[n * rows];
        kernels.multiply(w, 0, 1, x, 0, columns, n, y, 0, rows, new Workspace());
        kernels.multiply(w, 3, 4, x, 0, columns, n, y, 0, rows, new Workspace());
        kernels.multiply(w, 1, 3, x, 0, columns, n, y, 0, rows, new Workspace());
        assertArrayEquals(Arrays.copyOf(alone, n * rows), y, type + " n=" + n);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rmsNormHasUnitMeanSquare(Kernels kernels) {
    for (int n : SIZES) {
      float[] x = random(n, n + 2);
      float[] weight = random(n + 1, n);
      float[] y = new float[n + 3];
      kernels.rmsNorm(x, 2, weight, n, 1e-5f, y, 3);
      double squares = 0;
      for (int i = 0; i < n; i++) {
        squares += (double) x[2 + i] * x[2 + i];
      }
      for (int i = 0; i < n; i++) {
        double expected = x[2 + i] / Math.sqrt(squares / n + 1e-5f) * weight[i];
        assertEquals(expected, y[3 + i], 4 * EPSILON * Math.abs(expected) + n * 1e-9);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void layerNormHasZeroMeanAndUnitVariance(Kernels kernels) {
    for (int n : SIZES) {
      for (boolean biased : new boolean[] {false, true}) {
        float[] x = random(n, n);
        float[] weight = random(n + 1, n);
        float[] bias = biased ? random(n + 2, n) : null;
        float[] y = new float[n];
        kernels.layerNorm(x, 0, weight, bias, n, 1e-5f, y, 0);
        double mean = 0;
        for (float v : x) {
          mean += v;
        }
        mean /= n;
        double variance = 0;
        for (float v : x) {
          variance += (v - mean) * (v - mean);
        }
        for (int i = 0; i < n; i++) {
          double expected =
              (x[i] - mean) / Math.sqrt(variance / n + 1e-5f) * weight[i] + (biased ? bias[i] : 0);
          assertEquals(expected, y[i], 32 * EPSILON * (1 + Math.abs(expected)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rotationTurnsPairsByTheirAngle(Kernels kernels) {
    for (int half : new int[] {1, 4, 10, 16, 32, 13, 64}) {
      float[] x = random(half, 2 * half + 1);
      float[] table = new float[2 * half];
      double[] angles = new Random(half).doubles(half, -10, 10).toArray();
      for (int i = 0; i < half; i++) {
        table[i] = (float) Math.cos(angles[i]);
        table[half + i] = (float) Math.sin(angles[i]);
      }
      float[] before = x.clone();
      kernels.rotate(x, 1, half, table, 0);
      for (int i = 0; i < half; i++) {
        double a = before[1 + i];
        double b = before[1 + half + i];
        double bound = 4 * EPSILON * (Math.abs(a) + Math.abs(b));
        assertEquals(a * Math.cos(angles[i]) - b * Math.sin(angles[i]), x[1 + i], bound);
        assertEquals(b * Math.cos(angles[i]) + a * Math.sin(angles[i]), x[1 + half + i], bound);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void activationsFollowTheirFormulas(Kernels kernels) {
    for (int n : SIZES) {
      float[] x = random(n, n);
      for (int i = 0; i < n; i++) {
        x[i] *= i % 3 == 0 ? 30 : 2;
      }
      float[] up = random(n + 1, n);
      float[] gate = x.clone();
      kernels.swiglu(gate, 0, up, 0, n);
      float[] gelu = x.clone();
      kernels.gelu(gelu, 0, n);
      float[] sum = up.clone();
      kernels.add(x, 0, sum, 0, n);
      for (int i = 0; i < n; i++) {
        double v = x[i];
        double silu = v / (1 + Math.exp(-v)) * up[i];
        assertEquals(silu, gate[i], 1e-6 * Math.abs(silu) + 1e-9);
        double u = Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v);
        double expected = v / (1 + Math.exp(-2 * u));
        assertEquals(expected, gelu[i], 4e-6 * Math.abs(expected) + 1e-6);
        assertEquals(up[i] + x[i], sum[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void attentionIsTheSoftmaxAverageOfWhatARowSees(Kernels kernels) {
    for (int headSize : new int[] {8, 20, 32, 64, 80}) {
      for (int group : new int[] {1, 3, 8}) {
        attention(kernels, headSize, group, DType.F32);
      }
      for (DType type : new DType[] {DType.F16, DType.BF16, DType.Q8_0}) {
        attention(kernels, headSize, 3, type);
      }
    }
    // More than the columns of a block of inputs.
    attention(kernels, 1040, 3, DType.F32);
  }

  private static void attention(Kernels kernels, int headSize, int group, DType type) {
    int kvHeads = 2;
    int heads = kvHeads * group;
    int slots = 700;
    int n = 7;
    KeyValues cache = new KeyValues(kvHeads, headSize, slots, type);
    float[] keys = random(1, slots * kvHeads * headSize);
    float[] values = random(2, slots * kvHeads * headSize);
    for (int j = 0; j < slots; j++) {
      cache.store(j, keys, j * kvHeads * headSize, values, j * kvHeads * headSize);
    }
    float[] stored = keys.clone();
    for (int j = 0; j < slots; j++) {
      cache.load(j, keys, j * kvHeads * headSize, values, j * kvHeads * headSize);
    }
    // A score is a sum of headSize products and errs with their number.
    double bound = 2e-5 * Math.max(1, headSize / 80);
    // Of the largest of a group of 32 a byte keeps 1/254, a BF16 value 1/256 of itself.
    double rounding = type == DType.F32 ? 0 : type == DType.F16 ? 1e-3 : 2e-2;
    for (int i = 0; i < keys.length; i++) {
      assertEquals(stored[i], keys[i], rounding * 4, type + " rounds");
    }
    float[] queries = random(3, n * heads * headSize);
    float[] out = new float[n * heads * headSize];
    AttentionRows rows = new AttentionRows(heads, 0.3f);
    // {start, contiguous, path...}
    int[][] sees = {
      {0, 1}, {0, 64}, {0, 257}, {300, 600}, {0, 255, 260, 270}, {10, 512, 515, 516, 600}, {1, 700}
    };
    rows.reset(n, 3);
    for (int r = 0; r < n; r++) {
      rows.sees(r, sees[r][0], sees[r][1], sees[r].length - 2);
      for (int i = 2; i < sees[r].length; i++) {
        rows.path(r, i - 2, sees[r][i]);
      }
    }
    rows.bind(cache, queries, heads * headSize, out, heads * headSize, 0);
    kernels.attend(rows, 0, rows.blocks(), new Workspace());
    for (int r = 0; r < n; r++) {
      int[] slotsSeen =
          Stream.concat(
                  java.util.stream.IntStream.range(sees[r][0], sees[r][1]).boxed(),
                  Arrays.stream(sees[r]).skip(2).boxed())
              .mapToInt(Integer::intValue)
              .toArray();
      for (int h = 0; h < heads; h++) {
        double[] expected =
            naive(
                queries,
                (r * heads + h) * headSize,
                keys,
                values,
                slotsSeen,
                h / group,
                kvHeads,
                headSize);
        for (int d = 0; d < headSize; d++) {
          assertEquals(expected[d], out[(r * heads + h) * headSize + d], bound, kernels.name());
        }
      }
    }
  }

  private static double[] naive(
      float[] q, int qo, float[] k, float[] v, int[] slots, int head, int kvHeads, int size) {
    double[] score = new double[slots.length];
    double total = 0;
    for (int j = 0; j < slots.length; j++) {
      for (int d = 0; d < size; d++) {
        score[j] += (double) q[qo + d] * k[(slots[j] * kvHeads + head) * size + d];
      }
      score[j] = Math.exp(score[j] * 0.3f);
      total += score[j];
    }
    double[] out = new double[size];
    for (int j = 0; j < slots.length; j++) {
      for (int d = 0; d < size; d++) {
        out[d] += score[j] / total * v[(slots[j] * kvHeads + head) * size + d];
      }
    }
    return out;
  }

  /** Matrices of a megabyte and more are read ahead of being unpacked, to their very end. */
  @Test
  void theLastRowsOfALargeMatrixHaveTheBitsOfASmallOne() {
    int rows = 1920;
    int columns = 1024;
    int inputs = 7;
    Kernels kernels = new VectorKernels();
    float[] values = random(3, rows * columns);
    float[] last = Arrays.copyOfRange(values, (rows - Matrix.PANEL) * columns, values.length);
    float[] x = random(4, inputs * columns);
    for (DType type : DType.values()) {
      Matrix large = kernels.matrix(Conversion.to(type, Tensor.of(values, rows, columns)));
      Matrix small = kernels.matrix(Conversion.to(type, Tensor.of(last, Matrix.PANEL, columns)));
      assertTrue(large.bytes() > 1 << 20, type + " is large");
      for (int n : new int[] {1, 3, inputs}) {
        float[] y = new float[n * rows];
        float[] expected = new float[n * Matrix.PANEL];
        int panels = large.panels();
        kernels.multiply(large, panels - 1, panels, x, 0, columns, n, y, 0, rows, new Workspace());
        kernels.multiply(small, 0, 1, x, 0, columns, n, expected, 0, Matrix.PANEL, new Workspace());
        for (int input = 0; input < n; input++) {
          int end = (input + 1) * rows;
          assertArrayEquals(
              Arrays.copyOfRange(expected, input * Matrix.PANEL, (input + 1) * Matrix.PANEL),
              Arrays.copyOfRange(y, end - Matrix.PANEL, end),
              type + " n=" + n);
        }
      }
    }
  }

  /** Before any of it is read: nothing lies behind this tensor's data. */
  @Test
  void aMatrixThatNoArrayHoldsIsRefusedWithItsSize() {
    int rows = 262_144;
    int columns = 8_192;
    long bytes = DType.Q8_0.bytes((long) rows * columns);
    Tensor large =
        new Tensor(DType.Q8_0, new int[] {rows, columns}, MemorySegment.NULL.reinterpret(bytes));
    var e = assertThrows(UsageException.class, () -> new VectorKernels().matrix(large));
    assertTrue(e.getMessage().contains("262144 x 8192 values in Q8_0"), e.getMessage());
  }
}
