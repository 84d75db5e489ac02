package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.decodebench.core.kernel.ScalarKernels;
import org.decodebench.core.tensor.Conversion;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Every kernel by itself, on odd sizes, against plain loops in double precision. */
class KernelsTest {
  private static final ScalarKernels SCALAR = new ScalarKernels();
  private static final float EPSILON = 1e-5f;

  private final Random random = new Random(17);
  private final KernelContext context = new KernelContext();

  /** A state in which chunk {@code chunk} runs. */
  private static IntArray state(int chunk) {
    IntArray state = new IntArray(1);
    state.set(0, chunk);
    return state;
  }

  private static Tensor matrix(Random random, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, rows, columns);
  }

  private static float[] heap(FloatArray array) {
    return array.toHeapArray();
  }

  /** The values of a tensor, as floats. */
  private static Tensor floats(Tensor tensor) {
    return Conversion.to(DType.F32, tensor);
  }

  @ParameterizedTest
  @CsvSource({"F32,37", "F16,37", "BF16,37", "Q8_0,64", "Q4_0,64"})
  void embeddingGathersTheRowsOfTheTokens(DType type, int hidden) {
    Tensor stored = Conversion.to(type, matrix(random, 50, hidden));
    Tensor table = floats(stored);
    DeviceMatrix packed = DeviceMatrix.pack("test", new Tensor[][] {{stored}});
    int stride = RowKernels.stride(hidden);
    IntArray call = OneKernel.call(9, 0, 32, 0);
    IntArray state = state(0);
    FloatArray x = new FloatArray(9 * stride);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, packed.floats(), packed.words(), x)
        .task(
            OneKernel.TASK,
            RowKernels::embed,
            context,
            call,
            state,
            packed.floats(),
            packed.words(),
            x,
            hidden,
            packed.format().code());
    kernel.launch(1, 9, RowKernels.GROUP);
    for (int row = 0; row < 9; row++) {
      int token = OneKernel.get(call, row, Call.TOKEN);
      for (int d = 0; d < hidden; d++) {
        assertEquals(table.floats()[token * hidden + d], x.get(row * stride + d));
      }
    }
  }

  @Test
  void learnedPositionsAreAdded() {
    int hidden = 37;
    IntArray call = OneKernel.call(9, 0, 32, 0);
    IntArray state = state(0);
    FloatArray x = OneKernel.rows(random, 9, hidden);
    float[] before = heap(x);
    FloatArray p = OneKernel.random(random, 20 * hidden);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, p, x)
        .task(OneKernel.TASK, RowKernels::addPositions, context, call, state, p, x, hidden);
    kernel.launch(1, 9, RowKernels.GROUP);
    for (int row = 0; row < 9; row++) {
      for (int d = 0; d < hidden; d++) {
        assertEquals(before[row * 48 + d] + p.get(row * hidden + d), x.get(row * 48 + d));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"101,0", "64,0", "101,1", "37,3", "101,4", "37,7"})
  void normsEqualTheScalarKernels(int hidden, int flags) {
    int rows = 5;
    int layer = 2;
    int stride = RowKernels.stride(hidden);
    IntArray call = OneKernel.call(rows, 3, 32, 0);
    IntArray state = state(1);
    FloatArray x = OneKernel.rows(random, rows, hidden);
    FloatArray w = OneKernel.random(random, 3 * hidden);
    FloatArray b = OneKernel.random(random, 3 * hidden);
    FloatArray h = new FloatArray(rows * stride);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, x, w, b, h)
        .task(
            OneKernel.TASK,
            RowKernels::norm,
            context,
            call,
            state,
            x,
            w,
            b,
            h,
            layer - 1,
            hidden,
            EPSILON,
            flags,
            -1);
    kernel.launch(1, rows, RowKernels.GROUP);
    boolean last = (flags & RowKernels.FINAL) != 0;
    float[] weight = new float[hidden];
    float[] bias = new float[hidden];
    for (int d = 0; d < hidden; d++) {
      weight[d] = w.get((last ? 0 : layer * hidden) + d);
      bias[d] = (flags & RowKernels.BIAS) != 0 ? b.get((last ? 0 : layer * hidden) + d) : 0;
    }
    for (int row = 0; row < (last ? 3 : rows); row++) {
      int source = last ? OneKernel.get(call, row, Call.OUTPUT) : row;
      float[] expected = new float[hidden];
      if ((flags & RowKernels.LAYER_NORM) != 0) {
        SCALAR.layerNorm(heap(x), source * stride, weight, bias, hidden, EPSILON, expected, 0);
      } else {
        SCALAR.rmsNorm(heap(x), source * stride, weight, hidden, EPSILON, expected, 0);
      }
      for (int d = 0; d < hidden; d++) {
        assertEquals(expected[d], h.get(row * stride + d), 2e-6 * (1 + Math.abs(expected[d])));
      }
    }
  }

  /** The bound of a sum of n products in single precision: c·n·ε·Σ|aᵢbᵢ|. */
  private static void assertProducts(
      Tensor w, float[] x, int stride, float[] y, int yStride, int n, float[] add) {
    for (int row = 0; row < n; row++) {
      for (int r = 0; r < w.rows(); r++) {
        double sum = add[row * yStride + r];
        double size = Math.abs(sum);
        for (int k = 0; k < w.columns(); k++) {
          double product = (double) w.floats()[r * w.columns() + k] * x[row * stride + k];
          sum += product;
          size += Math.abs(product);
        }
        double bound = (w.columns() + 8) * 0x1p-24 * size;
        assertEquals(sum, y[row * yStride + r], bound, "row " + row + " of " + n + ", " + r);
      }
    }
  }

  /** Every bit pattern of a 16-bit type but infinities and NaN, each in a column of its own. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void every16BitValueIsDecodedExactly(DType type) {
    int columns = 1 << 16;
    short[] bits = new short[columns];
    for (int i = 0; i < columns; i++) {
      boolean finite = type == DType.F16 ? (i & 0x7C00) != 0x7C00 : (i & 0x7F80) != 0x7F80;
      bits[i] = (short) (finite ? i : 0);
    }
    Tensor stored = Tensor.of(type, bits, 1, columns);
    DeviceMatrix packed = DeviceMatrix.pack("test", new Tensor[][] {{stored}});
    IntArray call = OneKernel.call(1, 0, 32, 0);
    OneKernel.set(call, 0, Call.TOKEN, 0);
    IntArray state = state(0);
    FloatArray x = new FloatArray(columns);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, packed.floats(), packed.words(), x)
        .task(
            OneKernel.TASK,
            RowKernels::embed,
            context,
            call,
            state,
            packed.floats(),
            packed.words(),
            x,
            columns,
            packed.format().code());
    kernel.launch(1, 1, RowKernels.GROUP);
    float[] expected = floats(stored).floats();
    for (int i = 0; i < columns; i++) {
      assertEquals(expected[i], x.get(i), 0f, "bits " + Integer.toHexString(i));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F32,44,71",
    "F32,100,32",
    "F32,7,1",
    "F32,129,130",
    "F16,129,71",
    "BF16,44,71",
    "BF16,7,1",
    "Q8_0,96,71",
    "Q4_0,320,33"
  })
  void productsKeepTheBoundAndOnePositionHasTheSameBitsAlone(DType type, int columns, int rows) {
    int n = 13;
    int layer = 1;
    int stride = RowKernels.stride(columns);
    int yStride = RowKernels.stride(rows);
    Tensor other = Conversion.to(type, matrix(random, rows, columns));
    Tensor stored = Conversion.to(type, matrix(random, rows, columns));
    Tensor w = floats(stored);
    DeviceMatrix packed = DeviceMatrix.pack("test", new Tensor[][] {{other}, {stored}});
    FloatArray values = packed.floats();
    IntArray words = packed.words();
    FloatArray bias = OneKernel.random(random, 2 * rows);
    // The last tile reads past the last row, as it does in an engine.
    FloatArray x = OneKernel.rows(random, 16, columns);
    FloatArray y = OneKernel.rows(random, 16, rows);
    float[] add = heap(y);
    for (int row = 0; row < n; row++) {
      for (int r = 0; r < rows; r++) {
        add[row * yStride + r] += bias.get(layer * rows + r);
      }
    }
    float[] before = heap(y);
    IntArray call = OneKernel.call(n, 0, 32, 0);
    IntArray state = state(layer);
    int flags = Products.ADD | Products.BIAS | packed.format().code() * Products.FORMAT;
    OneKernel wide = new OneKernel();
    wide.on(call, state, values, words, bias, x, y)
        .task(
            OneKernel.TASK,
            Products::wide,
            context,
            call,
            state,
            values,
            words,
            bias,
            x,
            y,
            Call.ROWS,
            0,
            packed.columns(),
            rows,
            yStride,
            flags,
            -1);
    wide.launch(packed.panels(), 2, Products.GROUP);
    assertProducts(w, heap(x), stride, heap(y), yStride, n, add);
    for (int i = n * yStride; i < before.length; i++) {
      assertEquals(before[i], y.get(i), "past the last row");
    }
    FloatArray one = new FloatArray(stride);
    FloatArray alone = new FloatArray(yStride);
    int row = 10;
    for (int k = 0; k < columns; k++) {
      one.set(k, x.get(row * stride + k));
    }
    for (int r = 0; r < rows; r++) {
      alone.set(r, before[row * yStride + r]);
    }
    OneKernel narrow = new OneKernel();
    narrow
        .on(call, state, values, words, bias, one, alone)
        .task(
            OneKernel.TASK,
            Products::narrow,
            context,
            call,
            state,
            values,
            words,
            bias,
            one,
            alone,
            Call.ROWS,
            0,
            packed.columns(),
            rows,
            yStride,
            flags,
            -1);
    narrow.launch(packed.panels(), 1, Products.GROUP);
    for (int r = 0; r < rows; r++) {
      assertEquals(y.get(row * yStride + r), alone.get(r), "bits of row " + r);
    }
  }

  @Test
  void activationsEqualTheScalarKernels() {
    int size = 101;
    int rows = 3;
    IntArray call = OneKernel.call(rows, 0, 32, 0);
    FloatArray both = OneKernel.rows(random, rows, 2 * size);
    both.set(0, -90);
    both.set(1, 90);
    FloatArray m = new FloatArray(rows * RowKernels.stride(size));
    OneKernel swiglu = new OneKernel();
    swiglu.on(call, both, m).task(OneKernel.TASK, RowKernels::swiglu, context, call, both, m, size);
    swiglu.launch(2, rows, RowKernels.GROUP);
    for (int row = 0; row < rows; row++) {
      float[] gate = heap(both);
      int at = row * RowKernels.stride(2 * size);
      SCALAR.swiglu(gate, at, gate, at + size, size);
      close(gate, at, m, row * RowKernels.stride(size), size, 2e-6);
    }
    FloatArray up = OneKernel.rows(random, rows, size);
    OneKernel gelu = new OneKernel();
    gelu.on(call, up, m).task(OneKernel.TASK, RowKernels::gelu, context, call, up, m, size);
    gelu.launch(2, rows, RowKernels.GROUP);
    for (int row = 0; row < rows; row++) {
      float[] values = heap(up);
      int at = row * RowKernels.stride(size);
      SCALAR.gelu(values, at, size);
      close(values, at, m, at, size, 2e-6);
    }
  }

  private static void close(
      float[] expected, int from, FloatArray actual, int at, int n, double bound) {
    for (int i = 0; i < n; i++) {
      float e = expected[from + i];
      assertEquals(e, actual.get(at + i), bound * (1 + Math.abs(e)), "component " + i);
    }
  }

  private static int key(int headOfLayer, int pool, int size, int row, int d) {
    return (headOfLayer * pool + row / 32 * 32) * size + d * 32 + row % 32;
  }

  private static int value(int headOfLayer, int pool, int size, int row, int d) {
    return (headOfLayer * pool + row) * size + d;
  }

  @ParameterizedTest
  @CsvSource({"20,20,true", "20,8,false", "70,70,false", "130,64,true", "6,0,false"})
  void keysAndValuesAreNormalisedRotatedAndWritten(int size, int rotary, boolean norms) {
    int heads = 4;
    int kv = 2;
    int rows = 5;
    int layer = 1;
    int pool = 64;
    int half = rotary / 2;
    IntArray call = OneKernel.call(rows, 0, pool, 30);
    IntArray state = state(1);
    int columns = (heads + 2 * kv) * size;
    FloatArray qkv = OneKernel.rows(random, rows, columns);
    FloatArray angles = OneKernel.random(random, Math.max(1, rows * rotary));
    FloatArray headNorms = OneKernel.random(random, 2 * 2 * size + 1);
    headNorms.set(2 * 2 * size, EPSILON);
    FloatArray keys = new FloatArray(2 * kv * pool * size);
    FloatArray values = new FloatArray(2 * kv * pool * size);
    float[] expected = heap(qkv);
    int flags = 2 * half + (norms ? 1 : 0);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, qkv, angles, headNorms, keys, values)
        .task(
            OneKernel.TASK,
            AttentionKernels::place,
            context,
            call,
            state,
            qkv,
            angles,
            headNorms,
            keys,
            values,
            0,
            2,
            heads,
            kv,
            size,
            flags);
    kernel.launch(heads + 2 * kv, rows, AttentionKernels.GROUP);
    int stride = RowKernels.stride(columns);
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < heads + 2 * kv; unit++) {
        int at = row * stride + unit * size;
        if (unit < heads + kv) {
          if (norms) {
            float[] weight = new float[size];
            for (int d = 0; d < size; d++) {
              weight[d] = headNorms.get((layer * 2 + (unit < heads ? 0 : 1)) * size + d);
            }
            SCALAR.rmsNorm(expected, at, weight, size, EPSILON, expected, at);
          }
          SCALAR.rotate(expected, at, half, heap(angles), row * rotary);
        }
        for (int d = 0; d < size; d++) {
          int slot = 30 + row;
          float actual =
              unit < heads
                  ? qkv.get(at + d)
                  : unit < heads + kv
                      ? keys.get(key(layer * kv + unit - heads, pool, size, slot, d))
                      : values.get(value(layer * kv + unit - heads - kv, pool, size, slot, d));
          float e = expected[at + d];
          assertEquals(e, actual, 4e-6 * (1 + Math.abs(e)), "unit " + unit);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 70, 256})
  void attentionEqualsSoftmaxOverTheKeysThatARowSees(int size) {
    int heads = 6;
    int kv = 2;
    int pool = 256;
    int base = 37;
    int[][] sights = { // start, contiguous, path
      {0, 1, 0},
      {0, 64, 0},
      {0, 65, 0},
      {0, 200, 0},
      {60, 70, 0},
      {130, 131, 0},
      {0, 62, 5},
      {3, 0, 9}
    };
    int rows = sights.length;
    IntArray call = OneKernel.call(rows, 0, pool, base);
    int path = Call.size(rows, 0);
    int[][] slots = new int[rows][];
    for (int row = 0; row < rows; row++) {
      int[] sight = sights[row];
      OneKernel.set(call, row, Call.START, sight[0]);
      OneKernel.set(call, row, Call.CONTIGUOUS, sight[1]);
      OneKernel.set(call, row, Call.END, sight[1] + sight[2]);
      OneKernel.set(call, row, Call.PATH, path);
      slots[row] = new int[sight[1] + sight[2]];
      for (int i = 0; i < slots[row].length; i++) {
        slots[row][i] = i < sight[1] ? i : i + 2 + i % 3;
        if (i >= sight[1]) {
          call.set(path++, slots[row][i]);
        }
      }
    }
    IntArray state = state(0);
    FloatArray qkv = OneKernel.rows(random, rows, (heads + 2 * kv) * size);
    FloatArray keys = OneKernel.random(random, 2 * kv * pool * size);
    FloatArray values = OneKernel.random(random, 2 * kv * pool * size);
    FloatArray mixed = new FloatArray(rows * RowKernels.stride(heads * size));
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, qkv, keys, values, mixed)
        .task(
            OneKernel.TASK,
            AttentionKernels::attend,
            context,
            call,
            state,
            qkv,
            keys,
            values,
            mixed,
            1,
            heads,
            kv,
            size);
    kernel.launch(heads, rows, AttentionKernels.GROUP);
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads; head++) {
        int headOfLayer = kv + head / (heads / kv);
        int from = row * RowKernels.stride((heads + 2 * kv) * size) + head * size;
        double[] score = new double[slots[row].length];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = sights[row][0]; j < score.length; j++) {
          for (int d = 0; d < size; d++) {
            score[j] +=
                (double) qkv.get(from + d)
                    * keys.get(key(headOfLayer, pool, size, base + slots[row][j], d));
          }
          score[j] /= Math.sqrt(size);
          max = Math.max(max, score[j]);
        }
        for (int d = 0; d < size; d++) {
          double sum = 0;
          double total = 0;
          for (int j = sights[row][0]; j < score.length; j++) {
            double p = Math.exp(score[j] - max);
            total += p;
            sum += p * values.get(value(headOfLayer, pool, size, base + slots[row][j], d));
          }
          float actual = mixed.get(row * RowKernels.stride(heads * size) + head * size + d);
          assertEquals(sum / total, actual, 2e-5, "row " + row + " head " + head);
        }
      }
    }
  }

  @Test
  void movesHappenInOrder() {
    int size = 20;
    int pool = 96;
    int heads = 3;
    FloatArray keys = OneKernel.random(random, heads * pool * size);
    FloatArray values = OneKernel.random(random, heads * pool * size);
    float[] k = heap(keys);
    float[] v = heap(values);
    IntArray call = OneKernel.call(4, 0, pool, 0);
    int[][] moves = {{40, 3}, {3, 70}, {41, 40}};
    call.set(Call.MOVES, moves.length);
    for (int i = 0; i < moves.length; i++) {
      OneKernel.set(call, i, Call.FROM, moves[i][0]);
      OneKernel.set(call, i, Call.TO, moves[i][1]);
      for (int head = 0; head < heads; head++) {
        for (int d = 0; d < size; d++) {
          k[key(head, pool, size, moves[i][1], d)] = k[key(head, pool, size, moves[i][0], d)];
          v[value(head, pool, size, moves[i][1], d)] = v[value(head, pool, size, moves[i][0], d)];
        }
      }
    }
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, keys, values)
        .task(OneKernel.TASK, AttentionKernels::move, context, call, keys, values, size);
    kernel.launch(heads, 1, AttentionKernels.GROUP);
    assertTrue(java.util.Arrays.equals(k, heap(keys)));
    assertTrue(java.util.Arrays.equals(v, heap(values)));
  }
}
