package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @TempDir Path folder;

  @BeforeAll
  static void needsTheDriver() {
    assumeTrue(
        DriverManager.drivers().anyMatch(d -> d.getClass().getName().contains("duckdb")),
        "DuckDB's driver is left out of quick builds");
  }

  private History.Full entry(long seed) {
    return HistoryFiles.entry(new MadeUpResults(seed).write(folder.resolve("r" + seed)));
  }

  @Test
  void whatIsAddedComesBackAndNothingTwice() throws Exception {
    Path file = folder.resolve("h.duckdb");
    try (History history = History.open(file)) {
      assertEquals(Optional.of(1L), history.add(entry(1)));
      assertEquals(Optional.of(2L), history.add(entry(2)));
      assertEquals(Optional.empty(), history.add(entry(1)), "the same records again");
    }
    try (History history = History.open(file)) {
      assertEquals(2, history.entries().size());
      List<Subject> before = entry(2).subjects();
      List<Subject> after = history.subjects(2);
      assertEquals(before.size(), after.size());
      for (int i = 0; i < before.size(); i++) {
        assertEquals(before.get(i).key(), after.get(i).key());
        assertEquals(before.get(i).outputs(), after.get(i).outputs());
        assertEquals(before.get(i).standardErrors(), after.get(i).standardErrors());
        for (Metric m : before.get(i).values().keySet()) {
          assertArrayEquals(before.get(i).of(m), after.get(i).of(m), m.name());
        }
      }
    }
  }

  @Test
  void exportAndImportAreTheSameHistory() throws Exception {
    Path lines = folder.resolve("h.jsonl");
    Path again = folder.resolve("again.jsonl");
    try (History history = History.open(folder.resolve("a.duckdb"))) {
      history.add(entry(1));
      history.add(entry(2));
      HistoryFiles.export(history, lines);
    }
    try (History copy = History.open(folder.resolve("b.duckdb"))) {
      assertEquals(2, HistoryFiles.importInto(copy, lines));
      assertEquals(0, HistoryFiles.importInto(copy, lines));
      HistoryFiles.export(copy, again);
    }
    assertEquals(Files.readString(lines), Files.readString(again));
  }

  @Test
  void damagedAndNewerFilesAreOneClearLineAndChangeNothing() throws Exception {
    Path lines = folder.resolve("bad.jsonl");
    try (History history = History.open(folder.resolve("a.duckdb"))) {
      history.add(entry(1));
      HistoryFiles.export(history, lines);
      String good =
          Files.readString(lines).replaceFirst("\"source\":\"[^\"]*\"", "\"source\":\"new\"");
      Files.writeString(lines, good + "{\"schema_version\":1,\"sou");
      assertThrows(UsageException.class, () -> HistoryFiles.importInto(history, lines));
      Files.writeString(lines, good.replace("\"schema_version\":1", "\"schema_version\":99"));
      UsageException newer =
          assertThrows(UsageException.class, () -> HistoryFiles.importInto(history, lines));
      assertTrue(
          newer.getMessage().contains("line 1") && newer.getMessage().contains("99"),
          newer.getMessage());
      assertEquals(1, history.entries().size());
    }
    Path later = folder.resolve("later.duckdb");
    History.open(later).close();
    try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + later)) {
      c.createStatement().execute("INSERT INTO schema VALUES (99)");
    }
    assertTrue(
        assertThrows(UsageException.class, () -> History.open(later))
            .getMessage()
            .contains("newer"));
    Path no =
        Files.writeString(
            folder.resolve("no.duckdb"),
            "this is no database, but it is long enough to be read as one");
    assertThrows(UsageException.class, () -> History.open(no));
  }

  @Test
  void theLastRunsAreABaselineThatKnowsHowRunsDiffer() {
    try (History history = History.open(folder.resolve("h.duckdb"))) {
      for (int i = 1; i <= 6; i++) {
        history.add(entry(i));
      }
      Subject.Group same = Subjects.of("now", new MadeUpResults(50).records());
      Subject.Group baseline = HistoryBaseline.of(history, same, 5);
      assertEquals(5, baseline.subjects().getFirst().forks());
      Gate.Options options = Gate.Options.of(0.05);
      assertFalse(Gate.compare(baseline, HistoryBaseline.asOneRun(same), options).regressed());
      Subject.Group other =
          Subjects.of("now", new MadeUpResults(50).machineClass("else").records());
      assertThrows(UsageException.class, () -> HistoryBaseline.of(history, other, 5));
    }
  }

  @Test
  void timesOfAnEntryAreThoseOfTheMachinesUsualSpeed() {
    try (History history = History.open(folder.resolve("h.duckdb"))) {
      for (int i = 1; i <= 6; i++) {
        history.add(ruled(i, i <= 4 ? 1 : 0.7));
      }
      Trends speed =
          Trends.of(history, "test-cpu", null, "tokens_per_s").stream().findFirst().orElseThrow();
      for (double v : speed.typical()) {
        assertEquals(speed.typical()[0], v, 0.1 * v, "the machine, not the code");
      }
      Trends machine = Trends.machine(history, "test-cpu").orElseThrow();
      assertEquals(0.7, machine.typical()[5] / machine.typical()[0], 1e-9);
      Subject.Group now = Subjects.of("now", ruledRecords(60, 0.7));
      Subject.Group baseline = HistoryBaseline.of(history, now, 6);
      assertFalse(
          Gate.compare(baseline, HistoryBaseline.asOneRun(now), Gate.Options.of(0.05)).regressed());
    }
  }

  private History.Full ruled(long seed, double machine) {
    Path results = folder.resolve("r" + seed);
    MadeUpResults.write(results, ruledRecords(seed, machine));
    return HistoryFiles.entry(results);
  }

  private static List<RunRecord> ruledRecords(long seed, double machine) {
    return new MadeUpResults(seed)
        .machineClass("test-cpu").scatter(0.01).records().stream()
            .map(r -> {
              Map<String, Double> figures = MadeUpResults.at(r, machine);
              figures.put("ruler_per_s", 800 * machine);
              return MadeUpResults.with(r, figures);
            })
            .toList();
  }

  @Test
  void aLastingChangeIsFoundWhereItBeganAndNoiseIsNot() {
    java.util.SplittableRandom random = new java.util.SplittableRandom(3);
    int alarms = 0;
    for (int trial = 0; trial < 50; trial++) {
      double[] noise = random.doubles(20, 98, 102).toArray();
      alarms += ChangePoints.find(noise).isEmpty() ? 0 : 1;
      double[] stepped = noise.clone();
      for (int i = 12; i < 20; i++) {
        stepped[i] *= 0.9;
      }
      assertEquals(List.of(12), ChangePoints.find(stepped));
    }
    assertTrue(alarms <= 3, "alarms in 50 series of noise: " + alarms);
    double[] blip = random.doubles(20, 98, 102).toArray();
    blip[10] = 50;
    assertEquals(List.of(), ChangePoints.find(blip), "one noisy run is no level");
    assertEquals(List.of(), ChangePoints.find(1, 1, 1, 2, 2, 2), "too few to say");
  }
}
