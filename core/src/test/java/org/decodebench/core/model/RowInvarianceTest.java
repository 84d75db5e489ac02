package org.decodebench.core.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The logits of a position are the same bits whatever else is in the forward. */
class RowInvarianceTest {
  private static final int N = 290;

  private static CpuTransformer model(int threads, DType type) {
    return CpuTransformerTest.model(
        new RandomWeights(RandomWeights.llama(), type, true, 11), threads, Backend.VECTOR);
  }

  private static float[][] logits(
      Session session, int sequence, int[] tokens, Attention attention, int width) {
    float[][] out = new float[tokens.length][];
    for (int first = 0; first < tokens.length; first += width) {
      int end = Math.min(first + width, tokens.length);
      int[] part = Arrays.copyOfRange(tokens, first, end);
      Logits logits =
          session.forward(List.of(new Run(sequence, part, first, attention, Run.all(part.length))));
      for (int i = 0; i < part.length; i++) {
        out[first + i] = CpuTransformerTest.row(logits, i);
      }
      session.commit(sequence, end);
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void cachedEqualsUncachedAtAnyWidthOnAnyNumberOfThreads(DType type) {
    int[] tokens = CpuTransformerTest.tokens(5, N);
    float[][] whole = logits(model(1, type).open(N, 1), 0, tokens, Attention.CAUSAL, N);
    for (int threads : new int[] {1, 2, 3}) {
      CpuTransformer model = model(threads, type);
      for (int width : threads == 1 ? new int[] {1, 3, 6, 64} : new int[] {131, N}) {
        float[][] parts = logits(model.open(N + 7, 1), 0, tokens, Attention.CAUSAL, width);
        for (int i = 0; i < N; i++) {
          assertArrayEquals(whole[i], parts[i], "position " + i + ", width " + width);
        }
      }
    }
  }

  @Test
  void blockCausalCacheEqualsOneForward() {
    int[] tokens = CpuTransformerTest.tokens(6, 62);
    Attention blocks = new Attention.BlockCausal(8, 62);
    float[][] whole = logits(model(1, DType.F32).open(62, 1), 0, tokens, blocks, 62);
    for (int width : new int[] {8, 16, 24}) {
      float[][] parts = logits(model(2, DType.F32).open(62, 1), 0, tokens, blocks, width);
      assertArrayEquals(whole, parts);
    }
  }

  @Test
  void batchedEqualsAlone() {
    int[] lengths = {1, 40, 7, 133};
    CpuTransformer model = model(2, DType.BF16);
    Session together = model.open(150, lengths.length);
    List<Run> prefill = new ArrayList<>();
    List<Run> step = new ArrayList<>();
    for (int s = 0; s < lengths.length; s++) {
      int[] tokens = CpuTransformerTest.tokens(s, lengths[s]);
      prefill.add(new Run(s, tokens, 0, Attention.CAUSAL, Run.none()));
      step.add(new Run(s, new int[] {s, 3}, lengths[s], Attention.CAUSAL, Run.last(2)));
    }
    together.forward(prefill);
    for (int s = 0; s < lengths.length; s++) {
      together.commit(s, lengths[s]);
    }
    Logits batched = together.forward(step);
    for (int s = 0; s < lengths.length; s++) {
      Session alone = model.open(150, 1);
      alone.forward(CpuTransformerTest.tokens(s, lengths[s]), 0, Attention.CAUSAL, Run.none());
      alone.commit(0, lengths[s]);
      Logits logits = alone.forward(new int[] {s, 3}, lengths[s], Attention.CAUSAL, Run.last(2));
      assertArrayEquals(CpuTransformerTest.row(logits, 0), CpuTransformerTest.row(batched, s));
    }
  }

  @Test
  void treeEqualsEachOfItsPathsAloneAndCommittingOneEqualsEvaluatingIt() {
    // A prefix that ends inside a block of keys, and one that a path crosses.
    for (int prefix : new int[] {5, 64, 254}) {
      int[] parents = {-1, -1, 0, 1, 0, 3, 5, 2};
      Attention.Tree tree = new Attention.Tree(prefix, parents);
      int[] before = CpuTransformerTest.tokens(1, prefix);
      int[] nodes = CpuTransformerTest.tokens(2, parents.length);
      CpuTransformer model = model(2, DType.F32);
      Session drafted = model.open(N, 1);
      drafted.forward(before, 0, Attention.CAUSAL, Run.none());
      drafted.commit(0, prefix);
      Logits logits = drafted.forward(nodes, prefix, tree, Run.all(nodes.length));
      float[][] inTree = new float[nodes.length][];
      for (int i = 0; i < nodes.length; i++) {
        inTree[i] = CpuTransformerTest.row(logits, i);
      }
      for (int[] path : new int[][] {{0, 2, 7}, {1, 3, 5, 6}, {0, 4}}) {
        Session plain = model.open(N, 1);
        plain.forward(before, 0, Attention.CAUSAL, Run.none());
        plain.commit(0, prefix);
        int[] tokens = Arrays.stream(path).map(i -> nodes[i]).toArray();
        Logits alone = plain.forward(tokens, prefix, Attention.CAUSAL, Run.all(path.length));
        for (int i = 0; i < path.length; i++) {
          assertArrayEquals(CpuTransformerTest.row(alone, i), inTree[path[i]]);
        }
      }
      int[] path = {1, 3, 5};
      drafted.commitPath(0, path);
      assertEquals(prefix + 3, drafted.length(0));
      Session plain = model.open(N, 1);
      plain.forward(before, 0, Attention.CAUSAL, Run.none());
      plain.commit(0, prefix);
      int[] kept = Arrays.stream(path).map(i -> nodes[i]).toArray();
      plain.forward(kept, prefix, Attention.CAUSAL, Run.none());
      plain.commit(0, prefix + 3);
      int[] next = {9};
      float[] expected =
          CpuTransformerTest.row(plain.forward(next, prefix + 3, Attention.CAUSAL, Run.last(1)), 0);
      float[] actual =
          CpuTransformerTest.row(
              drafted.forward(next, prefix + 3, Attention.CAUSAL, Run.last(1)), 0);
      assertArrayEquals(expected, actual);
    }
  }

  @Test
  void aCanvasReadsWhatEarlierForwardsWrote() {
    CpuTransformer model = model(1, DType.F32);
    int[] canvas = CpuTransformerTest.tokens(4, 20);
    Attention all = new Attention.Bidirectional(20);
    Session whole = model.open(20, 1);
    float[] expected = CpuTransformerTest.row(whole.forward(canvas, 0, all, new int[] {12}), 0);
    // The same tokens again in a part: keys and values elsewhere are those of the first forward.
    int[] part = Arrays.copyOfRange(canvas, 10, 15);
    float[] again = CpuTransformerTest.row(whole.forward(part, 10, all, new int[] {2}), 0);
    assertArrayEquals(expected, again);
  }

  @Test
  void stretchesOfACanvasSeeEachOthersNewTokensAndWhatIsBetweenAsItWas() {
    // In one layer keys depend on their own token alone, so stretches equal a whole forward.
    ModelConfig config = RandomWeights.llama().withLayers(1);
    RandomWeights weights = new RandomWeights(config, DType.F32, false, 4);
    for (Backend backend : new Backend[] {Backend.VECTOR, Backend.SCALAR}) {
      CpuTransformer model = CpuTransformerTest.model(weights, 2, backend);
      int[] tokens = CpuTransformerTest.tokens(3, 20);
      Attention canvas = new Attention.Bidirectional(20);
      try (Session session = model.open(20, 2);
          Session other = model.open(20, 1)) {
        session.forward(List.of(new Run(1, tokens, 0, canvas, Run.none())));
        int[] changed = tokens.clone();
        for (int i : new int[] {2, 3, 11, 19}) {
          changed[i] = (changed[i] + 5) % 71;
        }
        Logits parts =
            session.forward(
                List.of(
                    new Run(0, tokens, 0, Attention.CAUSAL, Run.last(20)),
                    stretch(changed, 2, 4, canvas),
                    stretch(changed, 11, 12, canvas),
                    stretch(changed, 18, 20, canvas)));
        Logits whole = other.forward(changed, 0, canvas, new int[] {2, 3, 11, 18, 19});
        for (int i = 0; i < 5; i++) {
          assertArrayEquals(CpuTransformerTest.row(whole, i), CpuTransformerTest.row(parts, i + 1));
        }
        refused(session, stretch(changed, 5, 9, canvas), stretch(changed, 8, 10, canvas));
      }
    }
  }

  private static Run stretch(int[] tokens, int from, int to, Attention canvas) {
    return new Run(1, Arrays.copyOfRange(tokens, from, to), from, canvas, Run.all(to - from));
  }

  @Test
  void aCopiedSequenceGoesOnLikeTheOriginal() {
    CpuTransformer model = model(1, DType.F32);
    Session session = model.open(100, 2);
    session.forward(CpuTransformerTest.tokens(4, 70), 0, Attention.CAUSAL, Run.none());
    session.commit(0, 70);
    session.copy(0, 1, 66);
    assertEquals(66, session.length(1));
    int[] next = {5, 6};
    float[] copy =
        CpuTransformerTest.row(
            session.forward(List.of(new Run(1, next, 66, Attention.CAUSAL, Run.last(2)))), 0);
    session.truncate(0, 66);
    float[] original =
        CpuTransformerTest.row(session.forward(next, 66, Attention.CAUSAL, Run.last(2)), 0);
    assertArrayEquals(original, copy);
  }

  @Test
  void breachesOfTheContractAreRefused() {
    CpuTransformer model = model(1, DType.F32);
    Session session = model.open(10, 2);
    int[] two = {1, 2};
    refused(session, new Run(0, two, 9, Attention.CAUSAL, Run.none()));
    refused(session, new Run(0, two, 1, Attention.CAUSAL, Run.none()));
    refused(session, new Run(0, two, -1, Attention.CAUSAL, Run.none()));
    refused(session, new Run(2, two, 0, Attention.CAUSAL, Run.none()));
    refused(session, new Run(0, new int[] {71}, 0, Attention.CAUSAL, Run.none()));
    refused(session, new Run(0, new int[0], 0, Attention.CAUSAL, Run.none()));
    refused(session, new Run(0, two, 0, Attention.CAUSAL, new int[] {1, 0}));
    refused(session, new Run(0, two, 0, Attention.CAUSAL, new int[] {2}));
    refused(session, new Run(0, two, 0, new Attention.Bidirectional(3), Run.none()));
    refused(session, new Run(0, two, 0, new Attention.Bidirectional(11), Run.none()));
    refused(session, new Run(0, two, 0, new Attention.BlockCausal(4, 10), Run.none()));
    refused(session, new Run(0, two, 1, new Attention.Tree(1, new int[] {-1, 0}), Run.none()));
    Run good = new Run(0, two, 0, Attention.CAUSAL, Run.none());
    assertThrows(IllegalArgumentException.class, () -> session.forward(List.of(good, good)));
    session.forward(List.of(good));
    assertThrows(IllegalArgumentException.class, () -> session.commit(0, 3));
    session.commit(0, 2);
    assertThrows(IllegalArgumentException.class, () -> session.commit(0, 1));
    assertThrows(IllegalArgumentException.class, () -> session.commitPath(0, new int[] {0}));
    assertThrows(IllegalArgumentException.class, () -> session.copy(0, 1, 3));
    assertThrows(IllegalArgumentException.class, () -> model.open(601, 1));
    assertThrows(IllegalArgumentException.class, () -> model.open(0, 1));
  }

  private static void refused(Session session, Run... runs) {
    assertThrows(IllegalArgumentException.class, () -> session.forward(List.of(runs)));
  }
}
