package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Checkpoint;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch and the CPU runtime compute the same logits from the same weights. */
class ReferenceRuntimeTest {
  private static final double TOLERANCE = 1e-3;
  private static final ModelConfig CONFIG = Tiny.model(Paradigm.AUTOREGRESSIVE, 0);
  private static final Tiny.Weights WEIGHTS = Tiny.Weights.of(CONFIG, Tiny.parameters(CONFIG, 3));
  private static final TorchModel TORCH =
      new TorchModel("tiny", WEIGHTS, Tiny.cpu(WEIGHTS).tokenizer(), 1);
  private static final int[] TEXT = Tiny.TALES.heldOut(0, 24).tokens();

  @AfterAll
  static void free() {
    TORCH.close();
  }

  static Stream<Arguments> wholeCanvas() {
    return Stream.of(
        Arguments.of("causal", Attention.CAUSAL),
        Arguments.of("bidirectional", new Attention.Bidirectional(24)),
        Arguments.of("block-causal 8", new Attention.BlockCausal(8, 24)),
        Arguments.of("block-causal 5, cut at the end", new Attention.BlockCausal(5, 24)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wholeCanvas")
  void logitsAgreeOverAWholeCanvas(String kind, Attention attention) {
    agree(kind, s -> s.forward(TEXT, 0, attention, Run.all(TEXT.length)));
  }

  @Test
  void logitsAgreeOverATreeAfterAPrefix() {
    agree(
        "tree",
        s -> {
          s.forward(java.util.Arrays.copyOf(TEXT, 6), 0, Attention.CAUSAL, Run.none());
          s.commit(0, 6);
          // Two children of the prefix; the first has two children, one of which has one.
          Attention tree = new Attention.Tree(6, new int[] {-1, -1, 0, 0, 3});
          s.forward(new int[] {5, 9, 40, 41, 42}, 6, tree, Run.all(5));
          s.commitPath(0, new int[] {0, 3, 4});
          return s.forward(new int[] {77}, 9, Attention.CAUSAL, Run.all(1));
        });
    agree(
        "tree rows",
        s -> {
          s.forward(java.util.Arrays.copyOf(TEXT, 6), 0, Attention.CAUSAL, Run.none());
          s.commit(0, 6);
          Attention tree = new Attention.Tree(6, new int[] {-1, -1, 0, 0, 3});
          return s.forward(new int[] {5, 9, 40, 41, 42}, 6, tree, Run.all(5));
        });
  }

  @Test
  void logitsAgreeBlockByBlockOverTheCache() {
    agree(
        "blocks",
        s -> {
          Attention attention = new Attention.BlockCausal(8, 24);
          for (int from = 0; from < 16; from += 8) {
            int[] block = java.util.Arrays.copyOfRange(TEXT, from, from + 8);
            s.forward(block, from, attention, Run.none());
            s.commit(0, from + 8);
          }
          int[] noisy = {2, 2, TEXT[18], 2, 2, TEXT[21], 2, 2};
          return s.forward(noisy, 16, attention, Run.all(8));
        });
  }

  @Test
  void logitsAgreeInABatchOfUnequalRuns() {
    try (Session torch = TORCH.open(24, 2);
        Session cpu = Tiny.cpu(WEIGHTS).open(24, 2)) {
      List<Run> runs =
          List.of(
              new Run(0, TEXT, 0, Attention.CAUSAL, new int[] {0, 7}),
              new Run(1, new int[] {0, 3}, 0, Attention.CAUSAL, Run.last(2)));
      assertTrue(difference(torch.forward(runs), cpu.forward(runs)) <= TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("embedded")
  void logitsOfTheShippedModelsAgree(String name) {
    try (Checkpoint checkpoint = Models.open(name);
        LanguageModel cpu = Models.load(name, RuntimeOptions.DEFAULT);
        TorchModel torch = new TorchModel(name, checkpoint.weights(), checkpoint.tokenizer(), 1)) {
      int[] text = Tiny.TALES.heldOut(1, 96).tokens().clone();
      Attention attention =
          switch (cpu.config().paradigm()) {
            case MASKED_DIFFUSION, UNIFORM_DIFFUSION -> new Attention.Bidirectional(96);
            case BLOCK_DIFFUSION -> new Attention.BlockCausal(cpu.config().blockSize(), 96);
            default -> Attention.CAUSAL;
          };
      try (Session a = torch.open(96, 1);
          Session b = cpu.open(96, 1)) {
        double difference =
            difference(
                a.forward(text, 0, attention, Run.all(96)),
                b.forward(text, 0, attention, Run.all(96)));
        // The CPU runtime may keep BF16 weights as they are; both compute in F32.
        assertTrue(difference <= TOLERANCE, name + ": " + difference);
      }
    }
  }

  static List<String> embedded() {
    return Models.embedded();
  }

  @Test
  void sightOfWhatIsNotThereIsRefused() {
    try (Session session = TORCH.open(24, 1)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> session.forward(new int[] {1}, 3, Attention.CAUSAL, Run.last(1)));
      assertThrows(
          IllegalArgumentException.class,
          () -> session.forward(new int[] {1}, 0, new Attention.Bidirectional(4), Run.last(1)));
      assertThrows(IllegalArgumentException.class, () -> session.commit(0, 1));
    }
  }

  @Test
  void modelsOfOtherShapesAreRefusedInOneLine() {
    ModelConfig c = CONFIG;
    ModelConfig other =
        new ModelConfig(
            c.architecture(),
            c.vocabSize(),
            c.hiddenSize(),
            c.layers(),
            c.heads(),
            c.kvHeads(),
            c.headSize(),
            c.mlpSize(),
            c.contextLength(),
            c.norm(),
            c.normEpsilon(),
            c.positions(),
            c.mlp(),
            true,
            c.tiedEmbeddings(),
            0,
            c.paradigm(),
            c.maskTokenId(),
            1,
            0);
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                new TorchModel(
                    "other", new Tiny.Weights(other, WEIGHTS.tensors()), TORCH.tokenizer(), 1));
    assertEquals(1, e.getMessage().lines().count());
  }

  private interface Use {
    Logits of(Session session);
  }

  private static void agree(String what, Use use) {
    try (Session torch = TORCH.open(24, 1);
        Session cpu = Tiny.cpu(WEIGHTS).open(24, 1)) {
      Logits expected = use.of(torch);
      double difference = difference(expected, use.of(cpu));
      assertTrue(difference <= TOLERANCE, what + ": " + difference);
      assertTrue(spread(expected) > 1, what + ": logits too flat to tell anything");
    }
  }

  private static double difference(Logits a, Logits b) {
    assertEquals(a.rows(), b.rows());
    double most = 0;
    for (int i = 0; i < a.rows() * a.vocab(); i++) {
      most = Math.max(most, Math.abs(a.values()[i] - b.values()[i]));
    }
    return most;
  }

  private static double spread(Logits logits) {
    double most = 0;
    for (int i = 0; i < logits.rows() * logits.vocab(); i++) {
      most = Math.max(most, Math.abs(logits.values()[i]));
    }
    return most;
  }
}
