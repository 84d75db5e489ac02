package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;

/** The ruler beside each fork takes the machine's part out of the scatter, and nothing else. */
class RulerEffectTest {

  /**
   * A machine whose speed changes from fork to fork.
   *
   * @param restless standard deviation of the logarithm of its speed
   * @param follows how far decoding follows it, where the ruler follows it wholly
   * @param noise standard deviation of the ruler's own error
   */
  private record Machine(double restless, double follows, double noise) {
    List<RunRecord> runs(long seed, int forks, String slower, double by) {
      Random random = new Random(seed);
      return new MadeUpResults(seed)
          .forks(forks).scatter(0.02).records().stream()
              .map(r -> {
                double machine = Math.exp(restless * random.nextGaussian());
                double code = r.decoder().equals(slower) ? by : 1;
                double speed = Math.pow(machine, follows) / code;
                Map<String, Double> figures = MadeUpResults.at(r, speed);
                figures.put(Figure.RULER, 500 * machine * Math.exp(noise * random.nextGaussian()));
                return MadeUpResults.with(r, figures);
              })
              .toList();
    }
  }

  private static Comparison compare(List<RunRecord> before, List<RunRecord> after) {
    return Gate.compare(
        Subjects.of("before", before), Subjects.of("after", after), Gate.Options.of(0.05));
  }

  private static List<RunRecord> blind(List<RunRecord> records) {
    return records.stream()
        .map(r -> {
          Map<String, Double> figures = new LinkedHashMap<>(r.figures());
          figures.remove(Figure.RULER);
          return MadeUpResults.with(r, figures);
        })
        .toList();
  }

  private static boolean names(Comparison c, String decoder) {
    return c.changes().stream()
        .anyMatch(x -> x.verdict() == Verdict.REGRESSED && x.subject().name().equals(decoder));
  }

  @Test
  void onAMachineOfChangingSpeedTheRulerFindsWhatForksAloneDoNot() {
    Machine machine = new Machine(0.4, 0.9, 0.04);
    int pairs = 200;
    int falseAlarms = 0;
    int caught = 0;
    int caughtBlind = 0;
    for (int i = 0; i < pairs; i++) {
      List<RunRecord> before = machine.runs(2L * i, 5, "", 1);
      falseAlarms += compare(before, machine.runs(2L * i + 1, 5, "", 1)).regressed() ? 1 : 0;
      List<RunRecord> slower = machine.runs(2L * i + 1, 5, "ar", 1.25);
      caught += names(compare(before, slower), "ar") ? 1 : 0;
      caughtBlind += names(compare(blind(before), blind(slower)), "ar") ? 1 : 0;
    }
    assertTrue(falseAlarms <= pairs / 100, "false alarms: " + falseAlarms);
    assertTrue(caught >= pairs * 95 / 100, "caught: " + caught);
    assertTrue(caughtBlind <= pairs / 10, "caught without rulers: " + caughtBlind);
  }

  @Test
  void theNoteSaysHowMuchTheRulersExplain() {
    Machine machine = new Machine(0.4, 1, 0.08);
    Comparison c = compare(machine.runs(1, 5, "", 1), machine.runs(2, 5, "", 1));
    assertEquals(1, c.notes().size(), c.notes()::toString);
    assertTrue(
        c.notes()
            .getFirst()
            .matches("the machine's speed changed from fork to fork: .* 9\\d % of .*"),
        c.notes()::toString);
  }

  @Test
  void aRulerThatExplainsNothingAltersNothing() {
    Machine machine = new Machine(0, 1, 0.05);
    int altered = 0;
    for (int i = 0; i < 50; i++) {
      List<RunRecord> before = machine.runs(100 + 2L * i, 4, "", 1);
      List<RunRecord> after = machine.runs(101 + 2L * i, 4, "", 1);
      Comparison with = compare(before, after);
      altered += ratios(with).equals(ratios(compare(blind(before), blind(after)))) ? 0 : 1;
    }
    // three figures of time, each with a doubt of one in a hundred, and the sides as wholes
    assertTrue(altered <= 5, "altered: " + altered);
  }

  private static List<List<Double>> ratios(Comparison c) {
    return c.changes().stream().map(x -> List.of(x.ratio(), x.lo(), x.hi())).toList();
  }

  @Test
  void theSlopeIsThatOfLeastSquaresAndItsVarianceTheResidual() {
    double[] ruler = {100, 110, 120, 140, 170, 200};
    double[] speed = new double[6];
    double[] noise = {0.01, -0.02, 0.015, 0.005, -0.02, 0.01};
    for (int i = 0; i < 6; i++) {
      speed[i] = 7 * Math.pow(ruler[i], 0.6) * Math.exp(noise[i]);
    }
    // One side has all forks: the other's single fork deviates from nothing.
    RulerEffect.Cell cell =
        RulerEffect.Cell.of(speed, new double[] {50}, ruler, new double[] {100});
    RulerEffect e = RulerEffect.of(List.of(cell), true);
    double[] x = java.util.Arrays.stream(ruler).map(Math::log).toArray();
    double[] y = java.util.Arrays.stream(speed).map(Math::log).toArray();
    double[] fit = line(x, y);
    double left = 0;
    for (int i = 0; i < 6; i++) {
      left += Math.pow(y[i] - fit[0] - fit[1] * x[i], 2);
    }
    assertEquals(fit[1], e.slope(), 1e-12);
    assertEquals(left / 4, e.pooled(cell, true).variance(), 1e-12);
    assertEquals(4, e.pooled(cell, true).df(), 1e-12);
    // Times run the other way.
    double[] times = java.util.Arrays.stream(speed).map(v -> 1 / v).toArray();
    RulerEffect.Cell slow =
        RulerEffect.Cell.of(times, new double[] {50}, ruler, new double[] {100});
    assertEquals(e.slope(), RulerEffect.of(List.of(slow), false).slope(), 1e-12);
    assertSame(RulerEffect.NONE, RulerEffect.of(List.of(slow), true), "faster and slower at once");
  }

  private static double[] line(double[] x, double[] y) {
    double n = x.length;
    double sx = java.util.Arrays.stream(x).sum();
    double sy = java.util.Arrays.stream(y).sum();
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < n; i++) {
      xx += x[i] * x[i];
      xy += x[i] * y[i];
    }
    double slope = (n * xy - sx * sy) / (n * xx - sx * sx);
    return new double[] {(sy - slope * sx) / n, slope};
  }

  @Test
  void aDriftOfTheWholeMachineIsStillTakenOutInFull() {
    Machine machine = new Machine(0.2, 1, 0.02);
    List<RunRecord> slowedDown = new ArrayList<>();
    for (RunRecord r : machine.runs(8, 6, "", 1)) {
      Map<String, Double> figures = MadeUpResults.at(r, 0.5);
      figures.computeIfPresent(Figure.RULER, (_, ruler) -> ruler / 2);
      slowedDown.add(MadeUpResults.with(r, figures));
    }
    Comparison c = compare(machine.runs(7, 6, "", 1), slowedDown);
    assertFalse(c.regressed(), c::headline);
    c.changes().stream()
        .filter(x -> x.metric().name().equals(Figure.HEADLINE))
        .forEach(x -> assertEquals(1, x.ratio(), 0.06, x.subject()::name));
  }
}
