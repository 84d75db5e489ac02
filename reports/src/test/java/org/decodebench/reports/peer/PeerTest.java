package org.decodebench.reports.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Json;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
  private static final PeerTask TASK = new PeerTask("m.gguf", 2, 128, 64);

  /** As llama-bench prints it, shortened. */
  private static final String JSON =
      """
      [
        {"build_commit": "abc1234", "build_number": 6000, "cpu_info": "AMD EPYC", "backends": "CPU",
         "n_threads": 2, "n_prompt": 128, "n_gen": 0, "avg_ts": 113.0, "samples_ts": [112.0, 114.0]},
        {"build_commit": "abc1234", "build_number": 6000, "cpu_info": "AMD EPYC", "backends": "CPU",
         "n_threads": 2, "n_prompt": 0, "n_gen": 64, "avg_ts": 24.4, "samples_ts": [24.0, 24.8]}
      ]
      """;

  @TempDir private Path folder;

  private Path program(String body) throws IOException {
    Path file = folder.resolve("llama-bench");
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Assumptions.assumeTrue(file.toFile().setExecutable(true), "no executable files here");
    return file;
  }

  @Test
  void llamaBenchIsAskedForOurTaskAndItsJsonIsRead() throws Exception {
    Path arguments = folder.resolve("arguments");
    Path out = Files.writeString(folder.resolve("out.json"), JSON);
    LlamaBench bench =
        new LlamaBench(
            program(
                "echo \"$@\" >>'"
                    + arguments
                    + "'\necho 'load_backend: loaded CPU backend from /x/libggml-cpu-zen4.so' >&2"
                    + "\ncat '"
                    + out
                    + "'"));
    bench.check();
    PeerResult result = bench.measure(TASK);
    assertEquals(113, result.prefillTokensPerS());
    assertEquals(24.4, result.decodeTokensPerS());
    assertEquals("llama.cpp abc1234 (6000)", result.build());
    assertEquals("AMD EPYC, CPU, libggml-cpu-zen4.so", result.instructions());
    assertEquals(
        List.of(
            "-m m.gguf -t 2 -p 128 -n 0 -ngl 0 -r 3 -o json",
            "-m m.gguf -t 2 -p 0 -n 64 -d 128 -ngl 0 -r 3 -o json"),
        Files.readAllLines(arguments));
  }

  @Test
  void aPeerThatFailsIsSaidWithItsLastLine() throws Exception {
    LlamaBench bench = new LlamaBench(program("echo first >&2; echo 'no such model' >&2; exit 3"));
    UsageException e = assertThrows(UsageException.class, () -> bench.measure(TASK));
    assertEquals("peer llama-bench ended with exit code 3: no such model", e.getMessage());
    for (String output : List.of("", "hello", "[]", "{}")) {
      assertThrows(UsageException.class, () -> bench.speed(output, "n_prompt", "n_gen"), output);
    }
  }

  @Test
  void theRatioIsOursOverThePeersMedian() {
    List<PeerResult> all =
        List.of(
            PeerResult.of("decodebench", "1", "vector-512", TASK, 100, 30).inFork(1),
            PeerResult.of("llama-bench", "b <1>", "AVX", TASK, 113, 24).inFork(1),
            PeerResult.of("decodebench", "1", "vector-512", TASK, 120, 32).inFork(2),
            PeerResult.of("llama-bench", "b <1>", "AVX", TASK, 107, 26).inFork(2));
    List<PeerRatio> ratios = PeerRatio.of(all);
    assertEquals(List.of("prefill", "decode"), ratios.stream().map(PeerRatio::phase).toList());
    assertEquals(
        "peer llama-bench decode of 64 on m.gguf, 2 threads: 25.0 tokens/s, ours 31.0, ratio 1.24",
        ratios.get(1).line());
  }

  @Test
  void theReportNamesBuildAndInstructions() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (PeerResult r :
        List.of(
            PeerResult.of("decodebench", "1", "vector-512", TASK, 100, 30).inFork(1),
            PeerResult.of("llama-bench", "b <1>", "AVX512", TASK, 113, 24).inFork(1))) {
      lines.append(Json.LINES.writeValueAsString(r)).append('\n');
    }
    Files.writeString(folder.resolve(PeerComparison.FILE), lines);
    String html = PeerSection.html(folder);
    assertTrue(html.contains("1.25") && html.contains("AVX512"), html);
    assertTrue(html.contains("b &lt;1&gt;"), html);
    assertEquals("", PeerSection.html(folder.resolve("none")));
  }

  @Test
  void aPeerThatIsNotThereIsRefusedBeforeAnythingRuns() {
    for (String name : List.of("nosuch", "llama-bench")) {
      assertThrows(
          UsageException.class,
          () -> new PeerComparison(List.of(name), null, "128,64", System.out, System.err),
          name);
    }
    assertThrows(
        UsageException.class,
        () -> new PeerComparison(List.of(), null, "128", System.out, System.err));
    assertThrows(UsageException.class, () -> new NodeLlama(folder).check());
    assertTrue(new NodeLlama(folder).obstacle("tales-ar").contains(".gguf"));
  }

  @Test
  void ourOwnEngineIsTimedOnTheSameTask() {
    try (LanguageModel model =
        Models.load("tales-ar", new RuntimeOptions(1, RuntimeOptions.Backend.AUTO))) {
      EngineMain.Times times = EngineMain.measure(model, "k", 8, 4);
      assertEquals(3, times.prefillMs().size());
      assertTrue(times.decodeMs().stream().allMatch(ms -> ms > 0));
    }
  }
}
