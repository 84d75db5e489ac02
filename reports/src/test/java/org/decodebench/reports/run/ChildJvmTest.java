package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real child JVMs. */
class ChildJvmTest {
  @TempDir Path temp;

  @Test
  void aChildMeasuresAndLeavesNothingButItsRecordAndTraces() throws Exception {
    RunRecord record = measure(List.of("-Xmx256m"), Duration.ofMinutes(2), "ar:temperature=1");

    assertTrue(record.ok(), record.error());
    assertTrue(record.figure("tokens_per_s") > 0);
    assertTrue(record.flags().contains("-Xmx256m"), "flags are recorded");
    assertTrue(Files.exists(temp.resolve("traces").resolve("abc.jsonl")));
    try (var left = Files.list(forks())) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aHungForkIsStoppedAndRecorded() throws Exception {
    RunRecord record = measure(List.of(), Duration.ofMillis(1), "ar");

    assertFalse(record.ok());
    assertTrue(record.error().startsWith("did not end within"), record.error());
  }

  @Test
  void aForkThatCannotStartIsRecordedWithItsLastWords() throws Exception {
    RunRecord record = measure(List.of("-XX:+NoSuchFlag"), Duration.ofMinutes(2), "ar");

    assertFalse(record.ok());
    assertTrue(record.error().contains("NoSuchFlag"), record.error());
  }

  @Test
  void aForkOutOfMemoryIsRecorded() throws Exception {
    RunRecord record = measure(List.of("-Xmx4m"), Duration.ofMinutes(2), "ar");

    assertFalse(record.ok());
    assertTrue(record.error().contains("OutOfMemoryError"), record.error());
  }

  @Test
  void aTaskThatIsWrongIsSaidInOneLine() throws Exception {
    RunRecord record = measure(List.of(), Duration.ofMinutes(2), "masked-diffusion");

    assertFalse(record.ok());
    assertEquals(1, record.error().lines().count(), record.error());
    assertTrue(record.error().contains("masked-diffusion"), record.error());
  }

  private Path forks() throws IOException {
    return Files.createDirectories(temp.resolve(".forks"));
  }

  private RunRecord measure(List<String> flags, Duration limit, String decoder) throws Exception {
    ChildJvm child = new ChildJvm(flags, limit);
    String source = "markov:symbols=4,zeros=0.2,end=0.1,seed=1";
    ForkTask task =
        new ForkTask(
            "abc-f1",
            "abc",
            "test",
            0,
            1,
            "here",
            null,
            "oracle:" + source,
            "0",
            null,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            decoder,
            source,
            "0",
            source,
            List.of("a b"),
            8,
            1,
            1,
            "auto",
            1,
            child.flags(),
            1,
            1000,
            true,
            2,
            1000,
            Double.NaN,
            Double.NaN,
            1,
            temp.toString(),
            forks().resolve("abc-f1.json").toString());
    return child.measure(task, forks());
  }
}
