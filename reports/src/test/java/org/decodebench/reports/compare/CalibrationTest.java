package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.TestRecords;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final Gate.Options AT_5_PERCENT = Gate.Options.of(0.05);

  private static Calibration.Plan plan(int pairs, Integer... forks) {
    return new Calibration.Plan(List.of(forks), 0.1, pairs, 1);
  }

  /** Forks of one setting that scatter by a percent; even ones slower by {@code even}. */
  private static List<RunRecord> forks(int n, double even, String flag) {
    var random = new java.util.SplittableRandom(1);
    return java.util.stream.IntStream.rangeClosed(1, n)
        .mapToObj(f -> {
          double slower = f % 2 == 0 ? 1 + even : 1;
          double speed = 1000 / slower * (1 + 0.01 * (2 * random.nextDouble() - 1));
          RunRecord r =
              TestRecords.record(
                  "s", "ar", f, Map.of("tokens_per_s", speed, "ttft_ms", 1e4 / speed));
          String json = Json.LINES.writeValueAsString(r).replace("-Xmx1g", flag);
          return Json.LINES.readValue(json, RunRecord.class);
        })
        .toList();
  }

  @Test
  void pairsThatShareNoForkAreCountedApart() {
    List<Calibration.Row> rows =
        Calibration.of(forks(40, 0, "-Xmx1g"), plan(50, 5, 10, 30), AT_5_PERCENT);
    assertEquals(
        List.of(5, 10), rows.stream().map(Calibration.Row::forks).toList(), "30 are too many");
    assertEquals(4, rows.getFirst().disjoint());
    assertEquals(50, rows.getFirst().pairs());
    assertEquals(0, rows.getFirst().falseAlarms());
    assertEquals(50, rows.getFirst().caught(), "stretched by a tenth");
  }

  @Test
  void forksThatWereReallySlowerAreTheSlowSide() {
    String flag = "-Ddecodebench.inject_slowdown=10%:even";
    Calibration.Row slow =
        Calibration.of(forks(40, 0.1, flag), plan(50, 5), AT_5_PERCENT).getFirst();
    assertEquals(4, slow.disjoint(), "two of the fast ones, two of the slow ones");
    assertEquals(0, slow.falseAlarms());
    assertEquals(slow.slowed(), slow.caught());
    Calibration.Row same = Calibration.of(forks(40, 0, flag), plan(50, 5), AT_5_PERCENT).getFirst();
    assertEquals(0, same.caught(), "what was asked for did not slow anything");
    assertTrue(same.slowed() >= 50);
  }
}
