package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.core.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class TrainCommandTest {
  @TempDir private Path folder;

  private String good() {
    return """
    name: tiny
    objective: block-diffusion
    block: 4
    data:
      text: %s
      canvas: 16
    network: {hidden: 16, layers: 1, heads: 2, kv-heads: 1, head-size: 8, mlp: 16}
    budget: {tokens: 640, batch: 4}
    optimizer: {learning-rate: 3e-3}
    seed: 5
    threads: 1
    output: %s
    """
        .formatted(folder.resolve("text.txt"), folder.resolve("out"));
  }

  private Path config(String text) throws IOException {
    Files.writeString(
        folder.resolve("text.txt"), "to be or not to be, that is the question. ".repeat(20));
    Path file = folder.resolve("config.yaml");
    Files.writeString(file, text);
    return file;
  }

  private static void train(Path file, String... more) {
    CommandLine line = new CommandLine(new TrainCommand());
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      throw e;
    });
    String[] args =
        Stream.concat(Stream.of(file.toString()), Stream.of(more)).toArray(String[]::new);
    int code = line.execute(args);
    assertEquals(0, code);
  }

  @Test
  void theCommandJoinsTheCommandLine() {
    assertTrue(
        ServiceLoader.load(Subcommand.class).stream()
            .anyMatch(p -> p.type() == TrainCommand.class));
  }

  @Test
  void aTrainedFolderLoadsAsAModelWithItsCard() throws IOException {
    train(config(good()), "--dtype", "f32");
    Path out = folder.resolve("out");
    try (LanguageModel model = Models.load(out.toString(), RuntimeOptions.DEFAULT);
        Session session = model.open(16, 1)) {
      assertEquals(Paradigm.BLOCK_DIFFUSION, model.config().paradigm());
      assertEquals(4, model.config().blockSize());
      assertEquals(0, model.config().logitShift());
      assertEquals(258, model.config().maskTokenId().orElseThrow());
      assertEquals(259, model.config().vocabSize());
      int[] tokens = new int[16];
      var logits = session.forward(tokens, 0, new Attention.BlockCausal(4, 16), Run.all(16));
      assertEquals(16, logits.rows());
    }
    String card = Files.readString(out.resolve("README.md"));
    for (String expected :
        List.of("block diffusion", "10 of 10 steps", "AdamW", "| seed | 5 |", "nelbo")) {
      assertTrue(card.contains(expected), expected + " in\n" + card);
    }
    List<String> log = Files.readAllLines(out.resolve("training.csv"));
    assertEquals(2, log.size());
    assertTrue(log.get(1).startsWith("1,10,"), log.get(1));
    try (Stream<Path> files = Files.list(out)) {
      assertFalse(files.anyMatch(f -> f.toString().endsWith(".part")), "no partial files stay");
    }
  }

  @Test
  void anEndedRunIsNotTrainedAgainUnlessRestarted() throws IOException {
    Path file = config(good());
    train(file);
    Path weights = folder.resolve("out/model.safetensors");
    byte[] first = Files.readAllBytes(weights);
    train(file);
    assertArrayEquals(first, Files.readAllBytes(weights));
    Path changed = config(good().replace("seed: 5", "seed: 6"));
    assertThrows(UsageException.class, () -> run(changed));
    train(changed, "--restart");
    assertFalse(java.util.Arrays.equals(first, Files.readAllBytes(weights)));
  }

  /** With a rate of next to nothing the trained weights are those of the model it starts from. */
  @Test
  void aRunMayStartFromAnotherModelsWeights() throws IOException {
    train(config(good()), "--dtype", "f32");
    Path first = folder.resolve("out");
    Path again = folder.resolve("again");
    Path file =
        config(
            good()
                .replace("objective: block-diffusion", "objective: next-token\ninit: " + first)
                .replace("block: 4\n", "")
                .replace("3e-3", "1e-9")
                .replace("seed: 5", "seed: 6")
                .replace("output: " + first, "output: " + again));
    train(file, "--dtype", "f32");
    Map<String, float[]> from = StoredWeights.read(first.toString()).parameters();
    Map<String, float[]> to = StoredWeights.read(again.toString()).parameters();
    from.forEach((name, values) -> assertArrayEquals(values, to.get(name), 1e-6f, name));
    assertTrue(Files.readString(again.resolve("README.md")).contains("| starts from | " + first));
    Path larger = config(good().replace("seed: 5", "init: " + first).replace("mlp: 16", "mlp: 32"));
    assertTrue(
        assertThrows(UsageException.class, () -> run(larger))
            .getMessage()
            .contains("another shape"));
  }

  @Test
  void aStoppedRunKeepsItsStepAndContinuesToTheSameWeights() throws Exception {
    Path file = config(good());
    train(file);
    byte[] whole = Files.readAllBytes(folder.resolve("out/model.safetensors"));
    Files.delete(folder.resolve("out/model.safetensors"));
    Files.delete(folder.resolve("out/checkpoint.bin"));
    TrainConfig config = TrainConfigReader.read(file);
    try (StopSignal stop = new StopAtCheck(6)) {
      assertTrue(new TrainingRun(config, false, DType.BF16).run(stop).isEmpty());
    }
    List<String> log = Files.readAllLines(folder.resolve("out/training.csv"));
    assertTrue(log.getLast().matches("1,[1-9],.*"), log.getLast());
    assertFalse(Files.exists(folder.resolve("out/model.safetensors")));
    train(file);
    assertArrayEquals(whole, Files.readAllBytes(folder.resolve("out/model.safetensors")));
  }

  /** Asks to stop from the n-th time that the run looks. */
  private static final class StopAtCheck extends StopSignal {
    private int left;

    StopAtCheck(int n) {
      left = n;
    }

    @Override
    boolean requested() {
      return --left <= 0;
    }
  }

  /** The run without picocli's handling of what it throws. */
  private static void run(Path file) throws IOException {
    try (StopSignal stop = new StopSignal()) {
      var ignored = new TrainingRun(TrainConfigReader.read(file), false, DType.F32).run(stop);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "name: tiny | name: ../x | name: expected letters",
        "objective: block-diffusion | objective: bert | objective: expected one of next-token",
        "block: 4 | block: 0 | block: expected a whole number from 1",
        "block: 4 | colour: red | block: missing",
        "canvas: 16 | canvas: many | data.canvas: expected a whole number",
        "canvas: 16 | canvas: 1 | data.canvas: expected a whole number from 4",
        "hidden: 16 | hidden: -3 | network.hidden: expected a whole number",
        "kv-heads: 1 | kv-heads: 3 | network.kv-heads: expected a divisor of heads (2)",
        "head-size: 8 | head-size: 7 | network.head-size: expected an even number",
        "tokens: 640 | tokens: 6.5 | budget.tokens: expected a whole number",
        "batch: 4 | batchsize: 4 | budget.batch: missing",
        "{learning-rate: 3e-3} | {learning-rate: fast} | optimizer.learning-rate: expected a number",
        "{learning-rate: 3e-3} | {learning-rate: 3e-3, momentum: 1} | optimizer.momentum: no such field",
        "{learning-rate: 3e-3} | 7 | optimizer.: expected fields",
        "threads: 1 | threads: 0 | threads: expected a whole number from 1",
        "seed: 5 | seed: [ | config.yaml: line",
      })
  void aBadConfigurationIsOneLineWithFileAndField(String from, String to, String expected)
      throws IOException {
    Path file = config(good().replace(from, to));
    UsageException e = assertThrows(UsageException.class, () -> TrainConfigReader.read(file));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void missingFilesAndUnknownSourcesAreNamed() throws IOException {
    Path none = folder.resolve("none.yaml");
    assertTrue(
        assertThrows(UsageException.class, () -> TrainConfigReader.read(none))
            .getMessage()
            .contains("none.yaml"));
    Path file = config(good().replace("text.txt", "gone.txt"));
    assertTrue(
        assertThrows(UsageException.class, () -> run(file)).getMessage().contains("gone.txt"));
    Path source = config(good().replaceFirst("text: .*", "source: nosuch"));
    assertThrows(UsageException.class, () -> run(source));
    Path two = config(good().replace("  canvas", "  source: tales\n  canvas"));
    assertThrows(UsageException.class, () -> TrainConfigReader.read(two));
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shippedConfigurationsAreValid(Path file) {
    String name =
        HeadsConfigReader.isFor(file)
            ? HeadsConfigReader.read(file).name()
            : TrainConfigReader.read(file).name();
    assertEquals(file.getFileName().toString(), name + ".yaml");
  }

  static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("configs"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void comparedModelsDifferOnlyInTheirObjective() {
    TrainConfig ar = TrainConfigReader.read(Path.of("configs/tales-ar.yaml"));
    for (String name : List.of("tales-mdlm", "tales-bd8")) {
      TrainConfig other = TrainConfigReader.read(Path.of("configs", name + ".yaml"));
      assertEquals(
          new TrainConfig(
              other.name(),
              other.paradigm(),
              other.block(),
              ar.init(),
              ar.data(),
              ar.shape(),
              ar.tokens(),
              ar.batch(),
              ar.crop(),
              ar.optimizer(),
              ar.seed(),
              ar.threads(),
              other.output()),
          other);
    }
  }
}
