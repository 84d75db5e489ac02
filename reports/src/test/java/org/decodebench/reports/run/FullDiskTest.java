package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.reports.experiment.ExperimentReader;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a real file system that fills up: a small one, mounted where the system lets us. */
class FullDiskTest {
  private static final int PAGE = 4096;

  @TempDir private Path temp;

  @Test
  void aDiskThatIsFullEndsTheRunWithOneLineAndResumeCompletesIt() throws Exception {
    Path disk = Files.createDirectory(temp.resolve("disk"));
    assumeTrue(
        inside(disk, List.of("true")) == 0,
        "no small file system can be mounted here (unshare -rm, mount -t tmpfs), so a full disk was"
            + " not tried");
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-cp",
            JvmFlags.classPath(),
            Trials.class.getName(),
            disk.toString());
    assertEquals(0, inside(disk, java), () -> log());
  }

  /**
   * Runs a command that sees a file system of 256 KiB at {@code disk}; it goes with the command.
   */
  private int inside(Path disk, List<String> command) throws InterruptedException {
    List<String> all = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c"));
    all.add("mount -t tmpfs -o size=256k none \"$0\" && exec \"$@\"");
    all.add(disk.toString());
    all.addAll(command);
    try {
      Process process =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("log").toFile())
              .start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (IOException e) {
      return -1; // no such program
    }
  }

  private String log() {
    try {
      return Files.readString(temp.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** What happens inside: ever more room, until a run needs no more. */
  static final class Trials {
    private final Path disk;
    private final Path folder;

    private Trials(Path disk) {
      this.disk = disk;
      this.folder = disk.resolve("r");
    }

    public static void main(String[] args) throws Exception {
      Trials trials = new Trials(Path.of(args[0]));
      int failed = 0;
      while (!trials.completed(2 * failed)) {
        failed++;
      }
      assertTrue(failed >= 4, "only " + failed + " different points of failure");
    }

    /** Whether a run with so many free pages succeeds at once; if not, checks what it leaves. */
    private boolean completed(int pages) throws Exception {
      Path ballast = disk.resolve("ballast");
      Files.write(
          ballast, new byte[(int) Files.getFileStore(disk).getUsableSpace() - pages * PAGE]);
      boolean whole = true;
      try {
        run(false);
      } catch (UsageException e) {
        whole = false;
        assertTrue(e.getMessage().contains("No space left on device"), e.getMessage());
        assertTrue(e.getMessage().contains("--resume"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
      List<String> finished = finished();
      assertNoPartUnderAFinalName();
      Files.delete(ballast);
      if (!whole) {
        run(true);
        assertEquals(finished, finished().subList(0, finished.size()), "finished runs stay");
      }
      assertEquals(9, new HashSet<>(finished()).size());
      assertEquals(9, finished().size(), "no run twice");
      assertNoPartUnderAFinalName();
      clear();
      return whole;
    }

    private void run(boolean resume) throws InterruptedException {
      PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
      new Runner(
              ExperimentReader.text("toy.yaml", RunnerTest.YAML, disk),
              RunnerTest.options(folder, resume),
              ModelOrigin.DEFAULT,
              new RunnerTest.InProcess(),
              RunnerTest.Quiet::new,
              nowhere,
              nowhere)
          .run(Trials::page);
    }

    private static Path page(Path folder) {
      ResultFiles.write(folder.resolve("charts/chart.png"), new byte[2 * PAGE]);
      Path page = folder.resolve(Results.REPORT_HTML);
      ResultFiles.write(page, out -> out.append("x".repeat(3 * PAGE)));
      return page;
    }

    private List<String> finished() {
      Path file = folder.resolve(Results.RUNS_JSONL);
      return Files.exists(file)
          ? Results.readRecords(file, new ArrayList<>()).stream()
              .filter(RunRecord::ok)
              .map(RunRecord::runId)
              .toList()
          : List.of();
    }

    private void assertNoPartUnderAFinalName() throws IOException {
      Path environment = folder.resolve(Results.ENVIRONMENT_JSON);
      if (Files.exists(environment)) {
        Json.LINES.readTree(Files.readString(environment));
      }
      Path page = folder.resolve(Results.REPORT_HTML);
      assertTrue(!Files.exists(page) || Files.size(page) == 3 * PAGE);
      Path chart = folder.resolve("charts/chart.png");
      assertTrue(!Files.exists(chart) || Files.size(chart) == 2 * PAGE);
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.forEach(f -> assertTrue(!f.toString().endsWith(".part"), f.toString()));
        }
      }
    }

    private void clear() throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
