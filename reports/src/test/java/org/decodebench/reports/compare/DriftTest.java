package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;

/** The ruler tells a slower machine from slower code. */
class DriftTest {
  private static final int FORKS = 6;

  /**
   * @param code factor on the times of every decode
   * @param machine factor on the speed of everything, ruler included
   */
  private static List<RunRecord> runs(long seed, double code, double machine) {
    SplittableRandom random = new SplittableRandom(seed);
    return new MadeUpResults(seed)
        .forks(FORKS).scatter(0.01).records().stream()
            .map(r -> {
              Map<String, Double> figures = new LinkedHashMap<>();
              r.figures()
                  .forEach((name, value) -> {
                    double slower = code / machine;
                    figures.put(
                        name,
                        name.endsWith("_ms")
                            ? value * slower
                            : name.endsWith("tokens_per_s") ? value / slower : value);
                  });
              figures.put(Figure.RULER, 800 * machine * random.nextDouble(0.98, 1.02));
              return MadeUpResults.with(r, figures);
            })
            .toList();
  }

  private static Comparison compare(List<RunRecord> before, List<RunRecord> after) {
    return Gate.compare(
        Subjects.of("before", before), Subjects.of("after", after), Gate.Options.of(0.05));
  }

  @Test
  void aSlowerMachineIsNotSlowerCode() {
    Comparison c = compare(runs(1, 1, 1), runs(2, 1, 0.8));
    assertFalse(c.regressed(), c::headline);
    assertEquals(1, c.notes().size());
    assertTrue(c.notes().getFirst().contains("the machine became slower, not the code"));
    Change speed =
        c.changes().stream()
            .filter(x -> x.metric().name().equals(Figure.HEADLINE))
            .findFirst()
            .orElseThrow();
    assertEquals(1, speed.ratio(), 0.03);
  }

  @Test
  void slowerCodeIsCaughtWhateverTheMachineDoes() {
    assertTrue(compare(runs(3, 1, 1), runs(4, 1.15, 1)).regressed());
    assertTrue(compare(runs(5, 1, 1), runs(6, 1.15, 0.8)).regressed());
    assertTrue(
        compare(runs(7, 1, 1), runs(8, 1.15, 1.3)).regressed(), "hidden by a faster machine");
  }

  @Test
  void aMachineThatStaysTheSameIsNotCorrected() {
    Comparison c = compare(runs(9, 1, 1), runs(10, 1, 1));
    assertEquals(List.of(), c.notes());
    assertFalse(c.regressed());
  }

  @Test
  void theRulerItselfIsNoFigureOfTheGate() {
    assertTrue(
        compare(runs(11, 1, 1), runs(12, 1, 0.5)).changes().stream()
            .noneMatch(x -> x.metric().name().equals(Figure.RULER)));
  }

  @Test
  void timesAreBroughtToAnotherSpeedOfTheMachineAndCountsAreNot() {
    Metric speed = Metric.of(Figure.of(Figure.HEADLINE)).orElseThrow();
    Metric ttft = Metric.of(Figure.of("ttft_ms")).orElseThrow();
    Metric nfe = Metric.of(Figure.of("nfe_per_token")).orElseThrow();
    assertArrayEquals(new double[] {200}, Drift.at(new double[] {100}, speed, 400, 800));
    assertArrayEquals(new double[] {50}, Drift.at(new double[] {100}, ttft, 400, 800));
    assertArrayEquals(new double[] {100}, Drift.at(new double[] {100}, nfe, 400, 800));
    assertArrayEquals(new double[] {100}, Drift.at(new double[] {100}, speed, Double.NaN, 800));
  }
}
