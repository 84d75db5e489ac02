package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.decodebench.core.UsageException;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final Gate.Options AT_5_PERCENT = Gate.Options.of(0.05);

  private static Comparison compare(List<RunRecord> before, List<RunRecord> after) {
    return Gate.compare(Subjects.of("before", before), Subjects.of("after", after), AT_5_PERCENT);
  }

  private static List<RunRecord> runs(long seed, int forks, double scatter) {
    return new MadeUpResults(seed).forks(forks).scatter(scatter).records();
  }

  private static List<RunRecord> slowed(
      List<RunRecord> records, double factor, Predicate<RunRecord> which) {
    return figures(
        records,
        which,
        (name, value) ->
            name.endsWith("_ms")
                ? value * factor
                : name.endsWith("tokens_per_s") ? value / factor : value);
  }

  private interface Edit {
    Double of(String name, double value);
  }

  private static List<RunRecord> figures(
      List<RunRecord> records, Predicate<RunRecord> which, Edit edit) {
    return map(
        records,
        r -> {
          if (!which.test(r)) {
            return r;
          }
          Map<String, Double> figures = new LinkedHashMap<>();
          r.figures().forEach((k, v) -> figures.put(k, edit.of(k, v)));
          return MadeUpResults.with(r, figures);
        });
  }

  private static List<RunRecord> map(List<RunRecord> records, UnaryOperator<RunRecord> edit) {
    return records.stream().map(edit).toList();
  }

  private static Change find(Comparison c, String name, String figure) {
    return c.changes().stream()
        .filter(x -> x.subject().name().equals(name) && x.metric().name().equals(figure))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFolderAgainstItselfIsUnchangedThroughout() {
    List<RunRecord> runs = runs(1, 2, 0.2);
    Comparison c = compare(runs, runs);
    assertEquals(c.changes().size(), c.count(Verdict.UNCHANGED));
    assertTrue(c.changes().size() > 20);
    assertFalse(c.regressed());
  }

  @Test
  void aThirdSlowerIsCaughtWithTwoForks() {
    List<RunRecord> runs = runs(2, 2, 0.03);
    Comparison c = compare(runs, slowed(runs, 1.3, r -> r.decoder().startsWith("ar")));
    assertTrue(c.regressed());
    for (String figure : List.of("tokens_per_s", "ttft_ms", "tpot_ms")) {
      assertEquals(Verdict.REGRESSED, find(c, "ar", figure).verdict(), figure);
    }
    assertEquals(3, c.count(Verdict.REGRESSED), "nothing but ar");
    assertTrue(
        Formats.of(Formats.Format.TEXT, c).lines().anyMatch(l -> l.matches("ar .*regressed.*")));
  }

  @Test
  void fasterIsImprovedAndDoesNotFail() {
    List<RunRecord> runs = runs(3, 4, 0.02);
    Comparison c = compare(runs, slowed(runs, 1 / 1.3, r -> r.decoder().equals("ar")));
    assertEquals(Verdict.IMPROVED, find(c, "ar", "tokens_per_s").verdict());
    assertFalse(c.regressed());
  }

  @Test
  void withinTheThresholdIsUnchangedOnceForksAreMany() {
    Comparison c = compare(runs(4, 12, 0.01), slowed(runs(5, 12, 0.01), 1.02, r -> true));
    assertEquals(Verdict.UNCHANGED, find(c, "ar", "tokens_per_s").verdict());
    assertFalse(c.regressed());
  }

  @Test
  void wideScatterIsUndecidedNotRegressed() {
    Comparison c = compare(runs(6, 2, 0.3), slowed(runs(7, 2, 0.3), 1.1, r -> true));
    assertEquals(Verdict.UNDECIDED, find(c, "ar", "tokens_per_s").verdict());
    assertFalse(c.regressed());
  }

  @Test
  void oneForkGivesNoTimeVerdict() {
    List<RunRecord> runs = runs(8, 1, 0.02);
    Change change = find(compare(runs, slowed(runs, 2, r -> true)), "ar", "tokens_per_s");
    assertEquals(Verdict.UNDECIDED, change.verdict());
    assertEquals("needs two forks or more", change.note());
  }

  @Test
  void aMissingOrNanFigureIsLeftOutAndDoesNotFail() {
    List<RunRecord> runs = runs(9, 3, 0.02);
    List<RunRecord> nan =
        figures(
            runs, r -> r.decoder().equals("ar"), (k, v) -> k.equals("ttft_ms") ? Double.NaN : v);
    Comparison c = compare(runs, nan);
    assertFalse(c.regressed());
    assertTrue(
        c.changes().stream()
            .noneMatch(
                x -> x.subject().name().equals("ar") && x.metric().name().equals("ttft_ms")));
    Comparison zero =
        compare(runs, figures(runs, r -> true, (k, v) -> k.equals("valid_share") ? 0.0 : v));
    assertEquals(Verdict.UNDECIDED, find(zero, "ar", "valid_share").verdict());
  }

  @Test
  void countsNeedNoForksAndNoStatistics() {
    List<RunRecord> runs = runs(10, 1, 0.02);
    Comparison c =
        compare(
            runs,
            figures(
                runs,
                r -> r.decoder().equals("ar"),
                (k, v) -> k.equals("nfe_per_token") ? v * 1.06 : v));
    assertEquals(Verdict.REGRESSED, find(c, "ar", "nfe_per_token").verdict());
    assertEquals(1, c.count(Verdict.REGRESSED));
  }

  @Test
  void worseQualityFailsOnlyBeyondTheUncertaintyOfTheTexts() {
    List<RunRecord> runs = runs(11, 3, 0.02);
    Comparison worse =
        compare(
            runs,
            figures(
                runs,
                r -> r.decoder().contains("diffusion"),
                (k, v) -> k.equals("perplexity") ? v * 1.1 : v));
    assertEquals(
        Verdict.REGRESSED, find(worse, "masked-diffusion:steps=16", "perplexity").verdict());
    Comparison few =
        compare(runs, figures(runs, r -> true, (k, v) -> k.equals("valid_share") ? v * 0.9 : v));
    assertEquals(
        Verdict.UNDECIDED,
        find(few, "block-diffusion:steps=8", "valid_share").verdict(),
        "eight texts say little");
  }

  @Test
  void changedGreedyOutputIsReportedAndDoesNotFail() {
    List<RunRecord> runs = runs(12, 2, 0.02);
    Comparison c =
        compare(
            runs,
            map(
                runs,
                r -> r.decoder().equals("ar") ? MadeUpResults.withOutput(r, "ffffffffffff") : r));
    assertEquals(1, c.outputChanges().size());
    assertEquals("ar", c.outputChanges().getFirst().subject().name());
    assertFalse(c.regressed());
    assertTrue(
        Formats.of(Formats.Format.TEXT, c)
            .contains("ar: greedy output changed, 00aa11bb22cc → ffffffffffff"));
  }

  @Test
  void aSettingThatNoLongerRunsFails() {
    List<RunRecord> runs = runs(13, 2, 0.02);
    Comparison c =
        compare(runs, map(runs, r -> r.decoder().equals("ar") ? MadeUpResults.failed(r) : r));
    assertTrue(c.regressed());
    assertEquals(1, c.failures().size());
    assertTrue(Formats.of(Formats.Format.TEXT, c).contains("ar regressed: 2 forks, none finished"));
  }

  @Test
  void machinesAreNotMixedUnlessAsked() {
    List<RunRecord> here = runs(14, 2, 0.02);
    List<RunRecord> there = new MadeUpResults(15).forks(2).machineClass("other-cpu").records();
    UsageException e = assertThrows(UsageException.class, () -> compare(here, there));
    assertTrue(e.getMessage().contains("--across-machines"));
    Comparison c =
        Gate.compare(
            Subjects.of("a", here),
            Subjects.of("b", there),
            new Gate.Options(0.05, Set.of(), true));
    assertTrue(
        c.notes().getFirst().contains("the verdicts compare machines"), c.notes().toString());
    assertTrue(c.notes().getLast().startsWith("2 forks a side"), c.notes().toString());
  }

  @Test
  void settingsWithoutAPartnerAreNamedAndNothingInCommonIsAnError() {
    List<RunRecord> runs = runs(16, 2, 0.02);
    Comparison c = compare(runs, runs.stream().filter(r -> !r.decoder().equals("ar")).toList());
    assertEquals(List.of("ar"), c.onlyBaseline().stream().map(Subject::name).toList());
    List<RunRecord> ar = runs.stream().filter(r -> r.decoder().equals("ar")).toList();
    List<RunRecord> rest = runs.stream().filter(r -> !r.decoder().equals("ar")).toList();
    assertThrows(UsageException.class, () -> compare(ar, rest));
  }

  /** Two hundred pairs of runs of the same code: the gate may fail twice. */
  @Test
  void equalCodePassesAndATenthSlowerFailsWithTenForks() {
    int falseAlarms = 0;
    int caught = 0;
    int pairs = 200;
    for (int i = 0; i < pairs; i++) {
      List<RunRecord> a = runs(1000 + 2L * i, 10, 0.02);
      List<RunRecord> b = runs(1001 + 2L * i, 10, 0.02);
      falseAlarms += compare(a, b).regressed() ? 1 : 0;
      caught += compare(a, slowed(b, 1.1, r -> r.decoder().equals("ar"))).regressed() ? 1 : 0;
    }
    assertTrue(falseAlarms <= pairs / 100, "false alarms: " + falseAlarms);
    assertTrue(caught >= pairs * 95 / 100, "caught: " + caught);
  }

  @Test
  void fewForksOnANoisyMachineNeitherCryWolfNorPraise() {
    int falseAlarms = 0;
    int falsePraise = 0;
    for (int i = 0; i < 300; i++) {
      Comparison c = compare(runs(5000 + 2L * i, 3, 0.12), runs(5001 + 2L * i, 3, 0.12));
      falseAlarms += c.regressed() ? 1 : 0;
      falsePraise += c.count(Verdict.IMPROVED) > 0 ? 1 : 0;
    }
    assertTrue(falseAlarms <= 6, "false alarms: " + falseAlarms);
    assertTrue(falsePraise <= 6, "false praise: " + falsePraise);
  }
}
