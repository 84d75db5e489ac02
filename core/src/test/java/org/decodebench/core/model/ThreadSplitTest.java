package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.model.ModelConfig.Mlp;
import org.decodebench.core.model.ModelConfig.Norm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;

/**
 * Threads share a forward by rows where weights are small and by panels where they are large: the
 * logits are the same bits either way, on any number of threads.
 */
class ThreadSplitTest {
  /** In F32 a matrix of the MLP then has 2 MB, more than a few rows are worth. */
  private static final int LARGE = 12_000;

  private static final Positions ROPE =
      new Positions.Rope(10000, 20, new ModelConfig.RopeScaling.None());

  private static ModelConfig config(int heads, int kvHeads, boolean gpt, int mlp) {
    ModelConfig c =
        gpt
            ? RandomWeights.config(
                heads, kvHeads, Norm.LAYER, new Positions.Learned(), Mlp.GELU_TANH, false, true, 0)
            : RandomWeights.config(heads, kvHeads, Norm.RMS, ROPE, Mlp.SWIGLU, true, false, 0);
    return new ModelConfig(
        c.architecture(),
        c.vocabSize(),
        c.hiddenSize(),
        2,
        c.heads(),
        c.kvHeads(),
        c.headSize(),
        mlp,
        c.contextLength(),
        c.norm(),
        c.normEpsilon(),
        c.positions(),
        c.mlp(),
        c.qkNorm(),
        c.tiedEmbeddings(),
        c.slidingWindow(),
        c.paradigm(),
        c.maskTokenId(),
        c.logitShift(),
        c.blockSize());
  }

  /** Prefills of several lengths at once, and then rows behind them, some of them wanted. */
  private static List<float[]> logits(CpuTransformer model, boolean causal) {
    int[] prefix = {1, 26, 7, 0, 13};
    int[] lengths = {1, 3, 30, 4, 9};
    List<Run> prefill = new ArrayList<>();
    List<Run> step = new ArrayList<>();
    Session session = model.open(64, lengths.length);
    for (int s = 0; s < lengths.length; s++) {
      if (prefix[s] > 0) {
        int[] tokens = CpuTransformerTest.tokens(s, prefix[s]);
        prefill.add(new Run(s, tokens, 0, Attention.CAUSAL, Run.all(prefix[s])));
      }
      int all = prefix[s] + lengths[s];
      Attention attention = causal ? Attention.CAUSAL : new Attention.Bidirectional(all);
      int[] tokens = CpuTransformerTest.tokens(10 + s, lengths[s]);
      step.add(
          new Run(
              s,
              tokens,
              prefix[s],
              attention,
              s == 1 ? Run.last(tokens.length) : Run.all(lengths[s])));
    }
    List<float[]> out = new ArrayList<>();
    add(out, session.forward(prefill));
    for (int s = 0; s < lengths.length; s++) {
      session.commit(s, prefix[s]);
    }
    add(out, session.forward(step));
    return out;
  }

  private static void add(List<float[]> out, Logits logits) {
    for (int row = 0; row < logits.rows(); row++) {
      out.add(CpuTransformerTest.row(logits, row));
    }
  }

  private static void same(ModelConfig config, DType type, boolean causal) {
    RandomWeights weights = new RandomWeights(config, type, true, 3);
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      List<float[]> one = logits(CpuTransformerTest.model(weights, 1, backend), causal);
      for (int threads : new int[] {2, 3, 5}) {
        List<float[]> many = logits(CpuTransformerTest.model(weights, threads, backend), causal);
        for (int row = 0; row < one.size(); row++) {
          int at = row;
          assertArrayEquals(
              one.get(row), many.get(row), () -> threads + " threads, row " + at + " " + backend);
        }
      }
    }
  }

  @Test
  void byRows() {
    same(config(6, 2, false, 100), DType.BF16, true);
    same(config(6, 2, false, 100), DType.F32, false);
    same(config(5, 1, false, 100), DType.F32, true);
    same(config(4, 4, true, 100), DType.F32, false);
  }

  @Test
  void byPanels() {
    same(config(6, 2, false, LARGE), DType.F32, true);
    same(config(4, 4, true, LARGE), DType.F32, false);
  }
}
