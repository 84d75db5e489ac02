package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.reports.experiment.Experiment;
import org.decodebench.reports.experiment.ExperimentReader;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Trace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with oracle models, measured in this JVM. */
class RunnerTest {
  private static final String SOURCE = "markov:symbols=6,zeros=0.3,end=0.05,seed=3";

  static final String YAML =
      """
      name: toy
      forks: 3
      prompts: {source: "%s", count: 2, tokens: 4}
      max_new_tokens: 12
      runs:
        - model: oracle:%s
          decoder: ar:temperature=1
        - model: oracle-diffusion:%s
          decoder: masked-diffusion:temperature=1
          grid: {steps: [3, 12]}
      warm_up: {rounds: 0, time: 0s}
      measure: {rounds: 2, time: 60s}
      perplexity: false
      traces: 1
      """
          .formatted(SOURCE, SOURCE, SOURCE);

  @TempDir Path temp;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aRunLeavesEveryFileAndEndsWithThePage() throws Exception {
    Path folder = temp.resolve("r");

    assertTrue(run(folder, false, new InProcess()));

    for (String file :
        List.of(
            Results.RUNS_JSONL, Results.RUNS_CSV, Results.SUMMARY_CSV, Results.ENVIRONMENT_JSON)) {
      assertTrue(Files.exists(folder.resolve(file)), file);
    }
    Results results = Results.read(folder);
    assertEquals(9, results.finished().size());
    assertEquals(3, results.traces().size());
    assertTrue(results.environment().finishedAt() != null);
    String text = out.toString(StandardCharsets.UTF_8);
    assertEquals(folder.resolve("page").toString(), text.lines().reduce((a, b) -> b).orElse(""));
    assertTrue(text.lines().allMatch(l -> l.length() <= 120), text);
    assertFalse(Files.exists(folder.resolve(".lock")));
    assertFalse(Files.exists(folder.resolve(".forks")));
  }

  @Test
  void forksAreInterleaved() throws Exception {
    run(temp, false, new InProcess());

    List<Integer> forks = Results.read(temp).records().stream().map(RunRecord::fork).toList();
    assertEquals(List.of(1, 1, 1, 2, 2, 2, 3, 3, 3), forks);
  }

  @Test
  void figuresAreThoseOfTheDefinitions() throws Exception {
    run(temp, false, new InProcess());

    for (RunRecord r : Results.read(temp).records()) {
      if (!r.decoder().contains("steps=3")) {
        assertEquals(1, r.figure("valid_share"), "an oracle never errs one position at a time");
      }
      if (r.decoderName().equals("ar")) {
        assertTrue(r.figure("nfe_per_token") <= 1 + 1e-9, "one forward a token");
        assertTrue(r.figure("ttft_ms") <= r.figure("latency_ms"));
      }
      assertEquals(4, r.decodes());
      assertEquals(r.warmupIterations(), r.warmupSamplesMs().size());
      assertTrue(r.figure("ruler_per_s") > 0, "the machine is measured beside the decodes");
      assertTrue(r.figure("source_nll_per_token_se") >= 0);
      assertTrue(Double.isNaN(r.figure("acceptance_rate")));
    }
  }

  /** Heads cannot be evaluated without their target, so no perplexity is asked of them. */
  @Test
  void decodersWithTrainedHeadsRun() throws Exception {
    String yaml =
        """
        name: heads
        forks: 1
        prompts: {source: tales, count: 1, tokens: 4}
        max_new_tokens: 6
        runs:
          - model: tales-ar
            decoder: eagle:heads=tales-eagle,k=2
          - model: tales-ar
            decoder: medusa:heads=tales-medusa,k=2
        warm_up: {rounds: 0, time: 0s}
        measure: {rounds: 1, time: 0s}
        perplexity: {source: tales, texts: 1}
        """;

    assertTrue(run(read(yaml), temp, false, new InProcess()), err.toString(StandardCharsets.UTF_8));

    for (RunRecord r : Results.read(temp).records()) {
      assertTrue(r.figure("acceptance_rate") > 0, r.decoder());
      assertEquals(2, r.acceptanceByPosition().size());
    }
  }

  @Test
  void theReplaysPiecesAreTheText() throws Exception {
    run(temp, false, new InProcess());

    for (List<Trace> traces : Results.read(temp).traces().values()) {
      Trace trace = traces.getFirst();
      String[] shown = new String[trace.header().canvas()];
      for (Trace.Event event : trace.events()) {
        if (event instanceof Trace.Committed c) {
          for (int i = 0; i < c.positions().size(); i++) {
            shown[c.positions().get(i)] = c.pieces().get(i);
          }
        }
      }
      int tokens = trace.end().tokens().size();
      assertEquals(trace.end().text(), String.join("", Arrays.asList(shown).subList(0, tokens)));
      assertEquals(tokens, trace.end().sourceSurprisal().size());
    }
  }

  @Test
  void aRunKilledAnywhereIsResumedWithNothingLostOrDoubled() throws Exception {
    Path whole = temp.resolve("whole");
    run(whole, false, new InProcess());
    Set<String> all = ids(whole);
    SplittableRandom random = new SplittableRandom(5);
    for (int trial = 0; trial < 12; trial++) {
      Path folder = temp.resolve("k" + trial);
      int survived = random.nextInt(9);
      assertThrows(Killed.class, () -> run(folder, false, new Dies(survived)));
      cut(folder, random);
      List<String> finished = lines(folder);

      assertTrue(run(folder, true, new InProcess()));

      assertEquals(all, ids(folder));
      List<String> lines = lines(folder);
      assertEquals(9, lines.size(), "no run twice");
      assertEquals(finished, lines.subList(0, finished.size()), "finished runs stay as they were");
    }
  }

  @Test
  void aForkThatFinishedAfterItsParentDiedIsNotMeasuredAgain() throws Exception {
    assertThrows(Killed.class, () -> run(temp, false, new Dies(2)));
    RunRecord done = Results.read(temp).records().getFirst();
    String orphan = done.runId().replaceFirst("-f1$", "-f3");
    String json = Json.LINES.writeValueAsString(done).replace(done.runId(), orphan);
    Files.createDirectories(temp.resolve(".forks"));
    Files.writeString(temp.resolve(".forks").resolve(orphan + ".json"), json);

    run(temp, true, new InProcess());

    assertEquals(9, lines(temp).size());
    assertEquals(1, lines(temp).stream().filter(l -> l.contains(orphan)).count());
  }

  @Test
  void aFailedForkIsRecordedAndTheRestGoesOn() throws Exception {
    Measurer flaky =
        new InProcess() {
          @Override
          public RunRecord measure(ForkTask task, Path folder) {
            return task.fork() == 2 && task.decoder().startsWith("ar")
                ? Failures.record(task, "ended with exit code 137", "a last\nword")
                : super.measure(task, folder);
          }
        };

    assertTrue(run(temp, false, flaky));

    List<RunRecord> records = Results.read(temp).records();
    assertEquals(9, records.size());
    RunRecord failed = records.stream().filter(r -> !r.ok()).findFirst().orElseThrow();
    assertEquals("ended with exit code 137: word\nlast output:\na last\nword", failed.error());
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("1 of 9 runs failed"));

    run(temp, true, new InProcess());
    assertEquals(9, lines(temp).size());
    assertTrue(Results.read(temp).records().stream().allMatch(RunRecord::ok), "measured again");
  }

  @Test
  void twoRunsIntoOneFolderAreRefused() throws Exception {
    Measurer second =
        new InProcess() {
          @Override
          public RunRecord measure(ForkTask task, Path folder) {
            var e = assertThrows(UsageException.class, () -> run(temp, true, new InProcess()));
            assertTrue(e.getMessage().contains("another run writes"), e.getMessage());
            return super.measure(task, folder);
          }
        };
    assertTrue(run(temp, false, second));

    var e = assertThrows(UsageException.class, () -> run(temp, false, new InProcess()));
    assertTrue(e.getMessage().contains("--resume"), e.getMessage());
  }

  @Test
  void aFolderThatCannotBeWrittenIsOneClearLine() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");

    var e =
        assertThrows(
            UsageException.class, () -> run(file.resolve("below"), false, new InProcess()));

    assertTrue(e.getMessage().startsWith("cannot write results to"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void moreForksAreMeasuredUntilTheIntervalIsNarrowEnough() throws Exception {
    Experiment experiment = read(YAML + "ci: 0.001%\nmax_forks: 5\n");
    new Runner(
            experiment,
            options(temp, false),
            ModelOrigin.DEFAULT,
            new InProcess(),
            Quiet::new,
            out(),
            err())
        .run(f -> f);
    assertEquals(15, Results.read(temp).records().size(), "the cap holds");

    Path wide = temp.resolve("wide");
    Experiment easy = read(YAML + "ci: 99%\nmax_forks: 5\n");
    Measurer steady =
        new InProcess() {
          @Override
          public RunRecord measure(ForkTask task, Path folder) {
            RunRecord r = super.measure(task, folder);
            r.figures().put("tokens_per_s", 100.0 + task.fork());
            return r;
          }
        };
    new Runner(easy, options(wide, false), ModelOrigin.DEFAULT, steady, Quiet::new, out(), err())
        .run(f -> f);
    assertEquals(9, Results.read(wide).records().size(), "known well enough");
  }

  @Test
  void localeAndTimeZoneDoNotChangeTheFiles() throws Exception {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("de-DE"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      run(temp, false, new InProcess());
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }

    List<String> summary = Files.readAllLines(temp.resolve(Results.SUMMARY_CSV));
    int columns = summary.getFirst().split(",").length;
    for (String line : summary) {
      // Quoted cells hold commas; outside them each comma parts two cells.
      assertEquals(columns, line.replaceAll("\"[^\"]*\"", "q").split(",", -1).length, line);
    }
    assertTrue(Results.read(temp).environment().startedAt().endsWith("Z"));
    assertFalse(out.toString(StandardCharsets.UTF_8).matches("(?s).*\\d,\\d.*"), "decimal commas");
  }

  @Test
  void whatCannotRunIsSaidBeforeAnythingIsMeasured() {
    String yaml = YAML.replace("ar:temperature=1", "masked-diffusion");
    var e = assertThrows(UsageException.class, () -> run(read(yaml), temp, false, new InProcess()));
    assertTrue(e.getMessage().startsWith("toy.yaml:7:14: "), e.getMessage());

    String tooLong = YAML.replace("max_new_tokens: 12", "max_new_tokens: 12000000");
    assertThrows(UsageException.class, () -> read(tooLong));
  }

  /** A machine of which nothing bad can be said. */
  static final class Quiet implements Probe {
    @Override
    public Environment.Machine machine() {
      return new Environment.Machine(
          "toy", "toy", 1, 1, 0, List.of(), 1, "os", "arch", null, 0, null, null);
    }

    @Override
    public List<String> warningsBefore() {
      return List.of();
    }

    @Override
    public List<String> warningsAfter() {
      return List.of("the machine was not quiet");
    }
  }

  /** Measures in this JVM; nothing else differs from a child. */
  static class InProcess implements Measurer {
    @Override
    public List<String> flags() {
      return List.of("-Dtest");
    }

    @Override
    public RunRecord measure(ForkTask task, Path folder) {
      try {
        ForkMain.measure(task, ModelOrigin.DEFAULT);
        Path file = Path.of(task.recordFile());
        RunRecord record = Json.LINES.readValue(Files.readString(file), RunRecord.class);
        Files.delete(file);
        return record;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Stands for a process that is killed: nothing more is written after so many runs. */
  private static final class Dies extends InProcess {
    private int left;

    Dies(int left) {
      this.left = left;
    }

    @Override
    public RunRecord measure(ForkTask task, Path folder) {
      if (left-- == 0) {
        throw new Killed();
      }
      return super.measure(task, folder);
    }
  }

  /** Cuts the file at a random byte of its last line, as a kill in the middle of a write would. */
  private static void cut(Path folder, SplittableRandom random) throws IOException {
    Path file = folder.resolve(Results.RUNS_JSONL);
    String text = Files.readString(file);
    if (text.isEmpty() || random.nextBoolean()) {
      return;
    }
    int lastLine = text.lastIndexOf('\n', text.length() - 2) + 1;
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(lastLine + random.nextInt((int) f.length() - lastLine));
    }
  }

  /** Lines that are whole. */
  private static List<String> lines(Path folder) throws IOException {
    String text = Files.readString(folder.resolve(Results.RUNS_JSONL));
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (!text.isEmpty() && !text.endsWith("\n") && !lines.getLast().endsWith("}")) {
      lines.removeLast();
    }
    return lines;
  }

  private static Set<String> ids(Path folder) {
    return Results.read(folder).records().stream()
        .map(RunRecord::runId)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Experiment read(String yaml) {
    return ExperimentReader.text("toy.yaml", yaml, temp);
  }

  private boolean run(Path folder, boolean resume, Measurer measurer) throws InterruptedException {
    return run(read(YAML), folder, resume, measurer);
  }

  private boolean run(Experiment experiment, Path folder, boolean resume, Measurer measurer)
      throws InterruptedException {
    return new Runner(
            experiment,
            options(folder, resume),
            ModelOrigin.DEFAULT,
            measurer,
            Quiet::new,
            out(),
            err())
        .run(f -> f.resolve("page"));
  }

  static Runner.Options options(Path folder, boolean resume) {
    return new Runner.Options(folder, resume, List.of("run"), false);
  }

  private PrintStream out() {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private PrintStream err() {
    return new PrintStream(err, true, StandardCharsets.UTF_8);
  }
}
