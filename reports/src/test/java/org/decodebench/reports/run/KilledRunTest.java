package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.decodebench.reports.cli.Main;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole processes, killed as {@code kill -9} does it, at moments drawn at random. */
class KilledRunTest {
  private static final String SOURCE = "markov:symbols=4,zeros=0.2,end=0.1,seed=1";

  private static final String YAML =
      """
      name: killed
      forks: 3
      prompts: {source: "%s", count: 2, tokens: 3}
      max_new_tokens: 8
      runs:
        - model: oracle:%s
          decoders: ["ar:temperature=1", "ar"]
      warm_up: {rounds: 0, time: 0s}
      measure: {rounds: 1, time: 1s}
      perplexity: false
      traces: 1
      """
          .formatted(SOURCE, SOURCE);

  @TempDir private Path temp;

  @Test
  void aProcessKilledManyTimesLeavesValidFilesAndIsCompletedInTheEnd() throws Exception {
    Path experiment = Files.writeString(temp.resolve("killed.yaml"), YAML);
    Path folder = temp.resolve("results");
    SplittableRandom random = new SplittableRandom(11);
    List<String> before = List.of();
    for (int kill = 0; kill < 8; kill++) {
      Process run = start(experiment, folder);
      run.waitFor(random.nextInt(500, 2500), TimeUnit.MILLISECONDS);
      run.destroyForcibly().waitFor();
      List<String> now = finished(folder);
      assertEquals(before, now.subList(0, before.size()), "a finished run was lost");
      before = now;
    }
    Process last = start(experiment, folder);
    assertTrue(last.waitFor(5, TimeUnit.MINUTES), "does not end");
    assertEquals(0, last.exitValue(), () -> log());
    List<String> all = finished(folder);
    assertEquals(before, all.subList(0, before.size()));
    assertEquals(6, all.size());
    for (String file :
        List.of(
            Results.RUNS_CSV, Results.SUMMARY_CSV, Results.ENVIRONMENT_JSON, Results.REPORT_HTML)) {
      assertTrue(Files.size(folder.resolve(file)) > 0, file);
    }
  }

  /** Ids in file order; fails if the file cannot be read or holds one twice. */
  private static List<String> finished(Path folder) {
    if (!Files.exists(folder.resolve(Results.RUNS_JSONL))) {
      return List.of();
    }
    List<RunRecord> records =
        Results.readRecords(folder.resolve(Results.RUNS_JSONL), new ArrayList<>());
    List<String> ids = records.stream().filter(RunRecord::ok).map(RunRecord::runId).toList();
    Set<String> distinct = new HashSet<>(ids);
    assertEquals(distinct.size(), ids.size(), "a run stands there twice");
    return ids;
  }

  private Process start(Path experiment, Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", JvmFlags.classPath(), Main.class.getName()));
    command.addAll(List.of("run", experiment.toString(), "--resume", "--out", folder.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(temp.resolve("log").toFile()));
    builder.environment().put("DECODEBENCH_CACHE", temp.resolve("cache").toString());
    return builder.start();
  }

  private String log() {
    try {
      return Files.readString(temp.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
