package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.LongSupplier;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.DeviceModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.RandomWeights;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What the device says of logits that stay on it, against the logits themselves. */
class SummaryTest {
  private static void needsDoubles() {
    Assumptions.assumeTrue(
        Sdk.device().getDeviceContext().isFP64Supported(),
        "skipped: the device has no double precision, logits are copied from it");
  }

  /** Where there are few levels there are ties. */
  @ParameterizedTest
  @CsvSource({"71,1000000,-1", "71,4,-1", "71,4,0", "71,3,70", "600,1000000,13", "1300,5,256"})
  void summariesEqualWhatTheLogitsSay(int vocab, int levels, int mask) {
    needsDoubles();
    int rows = 5;
    Random random = new Random(vocab + levels);
    FloatArray values = new FloatArray(8 * vocab);
    for (int i = 0; i < rows * vocab; i++) {
      values.set(i, (random.nextInt(levels) - levels / 2) * 20f / levels);
    }
    IntArray call = OneKernel.call(rows, rows, 32, 0);
    IntArray state = new IntArray(1);
    DoubleArray out = new DoubleArray(8 * SummaryKernel.FIELDS);
    OneKernel kernel = new OneKernel();
    kernel
        .on(call, state, values, out)
        .task(
            OneKernel.TASK,
            SummaryKernel::summarize,
            new KernelContext(),
            call,
            state,
            values,
            out,
            vocab,
            mask,
            0);
    kernel.launch(1, rows, SummaryKernel.GROUP);
    Logits logits = new Logits(values.toHeapArray(), rows, vocab);
    for (int row = 0; row < rows; row++) {
      Logits.Peak peak = logits.peak(row, mask);
      int at = row * SummaryKernel.FIELDS;
      assertEquals(peak.token(), out.get(at + SummaryKernel.TOKEN), "row " + row);
      assertEquals(peak.first(), out.get(at + SummaryKernel.FIRST));
      assertEquals(peak.second(), out.get(at + SummaryKernel.SECOND));
      Logits.Mass mass = logits.mass(row, mask);
      assertEquals(mass.sum(), out.get(at + SummaryKernel.SUM), 1e-13 * mass.sum());
      assertEquals(mass.moment(), out.get(at + SummaryKernel.MOMENT), 1e-12 * mass.sum());
      if (mask >= 0) {
        assertEquals(logits.get(row, mask), out.get(at + SummaryKernel.MASK));
      }
    }
  }

  private static LanguageModel model() {
    return ForwardTest.device(new RandomWeights(RandomWeights.llama(), DType.F32, false, 11));
  }

  private static Logits forward(Session session, long seed) {
    return session.forward(ForwardTest.tokens(seed, 9), 0, Attention.CAUSAL, Run.all(9));
  }

  /** The same logits, copied at once. */
  private static float[] copied(Session session, long seed) {
    return forward(session, seed).values().clone();
  }

  /** What a model with its profiler on has copied. */
  private static LongSupplier bytes(LanguageModel model) {
    DeviceModel device = (DeviceModel) model;
    device.profile();
    return () -> device.times().bytes();
  }

  @Test
  void aSessionsLogitsOutliveAnothersForwardAndBuffersThatGrow() {
    try (LanguageModel model = model();
        Session a = model.open(20, 1);
        Session b = model.open(20, 1)) {
      float[] expected = copied(a, 1);
      Logits left = forward(a, 1);
      forward(b, 2);
      assertArrayEquals(expected, left.values());
      left = forward(a, 1);
      try (Session large = model.open(600, 8)) {
        forward(large, 3);
        assertArrayEquals(expected, left.values());
      }
    }
  }

  @Test
  void hiddenStatesAreTheCpus() {
    RandomWeights weights = new RandomWeights(RandomWeights.llama(), DType.F32, false, 11);
    int[] rows = {0, 4, 8};
    int[] tokens = ForwardTest.tokens(1, 9);
    try (LanguageModel model = ForwardTest.device(weights);
        LanguageModel cpu = ForwardTest.cpu(weights);
        Session a = model.open(20, 1);
        Session b = model.open(20, 1);
        Session c = cpu.open(20, 1)) {
      a.forward(tokens, 0, Attention.CAUSAL, rows);
      forward(b, 2);
      c.forward(tokens, 0, Attention.CAUSAL, rows);
      for (int i = 0; i < rows.length * model.config().hiddenSize(); i++) {
        float e = c.hidden()[i];
        assertEquals(e, a.hidden()[i], 3e-5 * (1 + Math.abs(e)), "component " + i);
      }
    }
  }

  @Test
  void whatIsAskedOfARowIsTheSameWithAndWithoutCopyingIt() {
    needsDoubles();
    try (LanguageModel model = model();
        Session session = model.open(20, 1)) {
      int mask = model.config().maskTokenId().getAsInt();
      Logits onDevice = forward(session, 1);
      Logits copied = new Logits(onDevice.values(), onDevice.rows(), onDevice.vocab());
      for (int row = 0; row < 9; row++) {
        for (int except : new int[] {-1, mask, 5}) {
          assertEquals(copied.peak(row, except), onDevice.peak(row, except));
          double sum = copied.mass(row, except).sum();
          assertEquals(sum, onDevice.mass(row, except).sum(), 1e-13 * sum);
        }
      }
    }
  }

  @Test
  void aRowThatIsAskedForIsCopiedWithoutTheOthers() {
    try (LanguageModel model = model();
        Session session = model.open(20, 1)) {
      LongSupplier bytes = bytes(model);
      float[] expected = copied(session, 1);
      Logits logits = forward(session, 1);
      long before = bytes.getAsLong();
      int vocab = logits.vocab();
      for (int row : new int[] {4, 8}) {
        float[] values = logits.values(row);
        for (int i = row * vocab; i < (row + 1) * vocab; i++) {
          assertEquals(expected[i], values[i]);
        }
      }
      assertEquals(expected[4 * vocab + 3], logits.get(4, 3));
      long copied = bytes.getAsLong() - before;
      boolean summarized = Sdk.device().getDeviceContext().isFP64Supported();
      assertEquals(summarized ? 2 * 4L * vocab : 0, copied);
      assertArrayEquals(expected, logits.values());
    }
  }

  @Test
  void theProbabilityOfABestTokenCopiesNothing() {
    needsDoubles();
    try (LanguageModel model = model();
        Session session = model.open(20, 1)) {
      LongSupplier bytes = bytes(model);
      float[] expected = copied(session, 1);
      Logits logits = forward(session, 1);
      int mask = model.config().maskTokenId().getAsInt();
      long before = bytes.getAsLong();
      for (int row = 0; row < logits.rows(); row++) {
        int best = logits.peak(row, mask).token();
        assertEquals(expected[row * logits.vocab() + best], logits.get(row, best));
      }
      assertEquals(before, bytes.getAsLong());
    }
  }

  @Test
  void aGreedyStepCopiesNoLogits() {
    needsDoubles();
    try (LanguageModel model = model();
        Session session = model.open(20, 1)) {
      LongSupplier bytes = bytes(model);
      Logits logits = forward(session, 1);
      long before = bytes.getAsLong();
      logits.argmax(3);
      logits.mass(3, model.config().maskTokenId().getAsInt());
      assertEquals(before, bytes.getAsLong());
      logits.values();
      assertTrue(bytes.getAsLong() >= before + 4L * 9 * logits.vocab());
    }
  }
}
