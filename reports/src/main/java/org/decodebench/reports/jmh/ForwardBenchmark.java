package org.decodebench.reports.jmh;

import java.util.Arrays;
import java.util.Random;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.decodebench.core.tensor.DType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One forward over {@code width} positions behind a prefix, of 64 unless told otherwise. This curve
 * decides between paradigms: verifying a draft of 4 pays if a forward of 5 positions costs clearly
 * less than 5 forwards of one, and denoising a block of 32 in 8 steps pays if its forward costs
 * less than 4 times as much. Hold it against the roofline, max(bytes / bandwidth, FLOP / peak).
 *
 * <p>What is evaluated is never committed, so every invocation does the same work; were it
 * committed, the cache would grow, attention with it, and the later iterations of a run would be
 * slower than the earlier ones for a reason that no one sees in the score.
 */
public class ForwardBenchmark extends Benchmarked {
  /** {@code 1.1b} too, given time and memory: {@code -p shape=1.1b}. */
  @Param({"15m"})
  public String shape;

  @Param({"F32", "BF16", "Q8_0", "Q4_0"})
  public DType type;

  @Param({"1", "2", "4", "8", "16", "32", "64"})
  public int width;

  /** Positions that are in the cache already, up to 1900. */
  @Param({"64"})
  public int prefix;

  /** 0: one a physical core. */
  @Param({"0"})
  public int threads;

  /** Or {@code TORNADO}, on the default device. */
  @Param({"VECTOR"})
  public Backend backend;

  private LanguageModel model;
  private Session session;
  private int[] tokens;

  /**
   * Rows that are evaluated together must get the very bits that they get one by one, and what the
   * readable kernels get up to rounding; a width whose kernel is wrong gets no time.
   */
  @Setup
  public void setUp() {
    model = RandomModel.load(shape, type, new RuntimeOptions(threads, backend));
    session = open(model);
    tokens = tokens(width, 2);
    int values = width * model.config().vocabSize();
    float[] cold = Arrays.copyOf(causal().values(), values);
    KernelsProvider.awaitCompiled();
    float[] together = Arrays.copyOf(causal().values(), values);
    Agreement.close("warm and cold", together, cold, 0);
    compareWithScalar(together);
    try (Session one = open(model)) {
      for (int i = 0; i < width; i++) {
        int[] token = {tokens[i]};
        float[] alone = one.forward(token, prefix + i, new Attention.Causal(), Run.all(1)).values();
        int vocab = model.config().vocabSize();
        float[] row = Arrays.copyOfRange(together, i * vocab, (i + 1) * vocab);
        Agreement.close("row " + i + " alone and among " + width, alone, row, 0);
        one.commit(0, prefix + i + 1);
      }
    }
  }

  private void compareWithScalar(float[] together) {
    if (!shape.equals("15m")) {
      return; // minutes; the small shape has the same kernels
    }
    LanguageModel reference = RandomModel.load(shape, type, new RuntimeOptions(1, Backend.SCALAR));
    try (Session session = open(reference)) {
      float[] first =
          session
              .forward(new int[] {tokens[0]}, prefix, new Attention.Causal(), Run.all(1))
              .values();
      float[] ours = Arrays.copyOf(together, reference.config().vocabSize());
      Agreement.close("vector and scalar", ours, first, 1e-3);
    }
  }

  private Session open(LanguageModel model) {
    Session session = model.open(prefix + width, 1);
    session.forward(tokens(prefix, 1), 0, new Attention.Causal(), Run.none());
    session.commit(0, prefix);
    return session;
  }

  private static int[] tokens(int n, long seed) {
    return new Random(seed).ints(n, 0, 256).toArray();
  }

  @TearDown
  public void tearDown() {
    session.close();
    model.close();
  }

  /** A step of decoding at width 1, the verification of a draft beyond. */
  @Benchmark
  public Logits causal() {
    return session.forward(tokens, prefix, new Attention.Causal(), Run.all(width));
  }

  /** A denoising step: every position sees every other one. */
  @Benchmark
  public Logits bidirectional() {
    return session.forward(
        tokens, prefix, new Attention.Bidirectional(prefix + width), Run.all(width));
  }

  /**
   * A prefill: only the last position's logits are wanted, and the vocabulary is not multiplied.
   */
  @Benchmark
  public Logits prefill() {
    return session.forward(tokens, prefix, new Attention.Causal(), Run.last(width));
  }
}
