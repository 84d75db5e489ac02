package org.decodebench.reports.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.result.TestRecords;
import org.junit.jupiter.api.Test;

class SpeculationTest {

  @Test
  void theSpeedUpIsLeviathansFormulaOfTheMeasuredAcceptanceAndCosts() {
    // Rounds of 4 drafted tokens, of which 2.3616 are accepted.
    double tokens = 3.3616;
    double alpha = (tokens - 1) / 4;
    double expected = (1 - Math.pow(alpha, 5)) / (1 - alpha);
    double step = 20;
    double draftPerRound = 4 * 5;
    double verify = 44;
    Map<String, Double> figures =
        Map.of(
            "mean_accepted_length", tokens,
            "acceptance_rate", (tokens - 1) / 4,
            "wasted_positions_per_token", (5 - tokens) / tokens,
            "target_us_per_token", verify / tokens,
            "draft_us_per_token", draftPerRound / tokens,
            "decode_tokens_per_s", 50_000.0);
    SummaryRow row =
        Speculation.compared(
                List.of(
                    row("ar", Map.of("target_us_per_token", step, "decode_tokens_per_s", 40_000.0)),
                    row("ar:temperature=1", Map.of("target_us_per_token", 1.0)),
                    row("speculative:draft=d", figures)))
            .get(2);

    assertEquals(0.25, row.figure("draft_cost_ratio").median(), 1e-9);
    assertEquals(2.2, row.figure("verify_cost_ratio").median(), 1e-9);
    assertEquals(expected / (4 * 0.25 + 1), row.figure("leviathan_speedup").median(), 1e-9);
    assertEquals(expected / (4 * 0.25 + 2.2), row.figure("predicted_speedup").median(), 1e-9);
    assertEquals(1.25, row.figure("measured_speedup").median(), 1e-9);
  }

  @Test
  void ofATreeTheMeasuredTokensCount() {
    // Rounds of 12 tokens in 3 depths, of which 1.5 are accepted.
    Map<String, Double> figures =
        Map.of(
            "mean_accepted_length", 2.5,
            "acceptance_rate", 1.5 / 12,
            "wasted_positions_per_token", 10.5 / 2.5,
            "target_us_per_token", 60 / 2.5,
            "draft_us_per_token", 30 / 2.5,
            "decode_tokens_per_s", 20_000.0);
    SummaryRow plain =
        row("ar", Map.of("target_us_per_token", 20.0, "decode_tokens_per_s", 40_000.0));
    RunRecord tree =
        TestRecords.record("t", "eagle:tree=4x1x1", 1, figures, List.of(0.2, 0.1, 0.05));
    SummaryRow row =
        Speculation.compared(List.of(plain, Summary.of(List.of(tree), null).getFirst())).get(1);

    assertEquals(0.5, row.figure("draft_cost_ratio").median(), 1e-9, "a depth");
    assertEquals(2.5 / (1.5 + 3), row.figure("predicted_speedup").median(), 1e-9);
    double alpha = row.figure("judged_acceptance").median();
    assertEquals(2.5, 1 + alpha + alpha * alpha + alpha * alpha * alpha, 1e-9);
  }

  @Test
  void withoutPlainDecodingBesideItNothingIsPredicted() {
    SummaryRow row =
        Speculation.compared(
                List.of(row("speculative:draft=d", Map.of("mean_accepted_length", 3.0))))
            .getFirst();
    assertTrue(!row.figure("predicted_speedup").known());
  }

  private static SummaryRow row(String decoder, Map<String, Double> figures) {
    return Summary.of(List.of(TestRecords.record(decoder, decoder, 1, figures)), null).getFirst();
  }
}
