package org.decodebench.reports.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;
import org.junit.jupiter.api.Test;

class SpeculationTest {

  @Test
  void theSpeedUpIsLeviathansFormulaOfTheMeasuredAcceptanceAndCosts() {
    // Rounds of 4 drafted tokens, each accepted with 0.8: 3.3616 tokens, 2.3616 of them drafted.
    double alpha = 0.8;
    double tokens = (1 - Math.pow(alpha, 5)) / (1 - alpha);
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
    List<Double> rates = List.of(0.8, 0.64, 0.512, 0.4096);
    SummaryRow row =
        Speculation.compared(
                List.of(
                    row("ar", Map.of("target_us_per_token", step, "decode_tokens_per_s", 40_000.0)),
                    row("ar:temperature=1", Map.of("target_us_per_token", 1.0)),
                    row("speculative:draft=d", figures, rates)))
            .get(2);

    assertEquals(0.25, row.figure("draft_cost_ratio").median(), 1e-9);
    assertEquals(2.2, row.figure("verify_cost_ratio").median(), 1e-9);
    assertEquals(tokens / (4 * 0.25 + 1), row.figure("leviathan_speedup").median(), 1e-9);
    assertEquals(tokens / (4 * 0.25 + 2.2), row.figure("predicted_speedup").median(), 1e-9);
    assertEquals(1.25, row.figure("measured_speedup").median(), 1e-9);
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
    return row(decoder, figures, List.of());
  }

  private static SummaryRow row(
      String decoder, Map<String, Double> figures, List<Double> acceptanceByPosition) {
    RunRecord record =
        new RunRecord(
            1,
            decoder + "-f1",
            decoder,
            "e",
            "2026-01-01T00:00:00Z",
            0,
            1,
            RunRecord.Status.OK,
            null,
            "m",
            null,
            "model",
            "h",
            "autoregressive",
            decoder,
            "w",
            "wh",
            1,
            10,
            1,
            1,
            "scalar",
            1,
            List.of(),
            1,
            true,
            1,
            1,
            null,
            "o",
            true,
            acceptanceByPosition,
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            figures);
    return Summary.of(List.of(record), null).getFirst();
  }
}
