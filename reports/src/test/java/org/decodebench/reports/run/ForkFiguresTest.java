package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.decodebench.core.decode.Cost;
import org.decodebench.core.decode.DecodeResult;
import org.junit.jupiter.api.Test;

class ForkFiguresTest {

  @Test
  void speedsAreMediansOverRoundsAndCountsAreRatiosOfSums() {
    // Round 0: 30 tokens in 300 ms; round 1: 40 tokens in 200 ms; round 2: 30 tokens in 100 ms.
    List<MeasuredDecode> decodes =
        List.of(
            decode(0, 10, 100, 20, 10), decode(0, 20, 200, 20, 20),
            decode(1, 40, 200, 20, 40), decode(2, 30, 100, 20, 30));

    Map<String, Double> f = ForkFigures.of(decodes, Double.NaN, Double.NaN);

    assertEquals(200, f.get("tokens_per_s"), 1e-9);
    assertEquals(1e3 * 40 / 180, f.get("decode_tokens_per_s"), 1e-9);
    assertEquals(150, f.get("latency_ms"), 1e-9);
    assertEquals(25, f.get("output_tokens"), 1e-9);
    assertEquals(1, f.get("nfe_per_token"), 1e-9);
    assertEquals(3, f.get("positions_per_token"), 1e-9);
    assertEquals(100 * 1000, f.get("bytes_per_token"), 1e-6);
    assertEquals(100 * 1000 * 100 / 0.6 * 1e-9, f.get("gb_per_s"), 1e-9);
    assertFalse(f.containsKey("acceptance_rate"), "nothing was drafted");
    assertFalse(f.containsKey("slo_share"), "no limit was set");
  }

  @Test
  void percentilesOfGapsAreThoseOfAllSequences() {
    // Gaps of 1…100 ms.
    double[] gaps = new double[100];
    for (int i = 0; i < 100; i++) {
      gaps[i] = i + 1;
    }
    var times =
        new DecodeTimes(
            5060, 0, 101, List.of(new DecodeTimes.SequenceTimes(101, 10, 10, 50.5, gaps)));

    Map<String, Double> f =
        ForkFigures.of(List.of(decode(0, times, 101, 0, 0)), Double.NaN, Double.NaN);

    assertEquals(50, f.get("itl_p50_ms"), 0.05);
    assertEquals(90, f.get("itl_p90_ms"), 0.09);
    assertEquals(99, f.get("itl_p99_ms"), 0.1);
    assertEquals(100, f.get("itl_max_ms"), 0.1);
  }

  @Test
  void theReplayShowsTheDecodeOfMedianLatency() {
    List<MeasuredDecode> decodes =
        List.of(traced(0, 90), traced(1, 10), decode(1, 10, 30, 0, 10), traced(2, 40));

    assertEquals(List.of(decodes.get(3)), ForkRun.typical(decodes));
  }

  private static MeasuredDecode traced(int round, double latencyMs) {
    MeasuredDecode d = decode(round, 10, latencyMs, 0, 10);
    return new MeasuredDecode(
        d.round(),
        d.prompts(),
        d.times(),
        d.result(),
        d.target(),
        d.draft(),
        new EventLog.Event[0],
        d.startNanos(),
        d.energyJ());
  }

  @Test
  void acceptanceCountsVerifiedDraftsAndByPosition() {
    DecodeTimes times = times(12, 100, 10);
    long[][] at = {{4, 4}, {4, 2}};
    var result = new DecodeResult(List.of(sequence(12)), 8, 6, 4, at, Map.of());
    var d =
        new MeasuredDecode(
            0,
            List.of(0),
            times,
            result,
            new Cost(5, 30, 30, 0, 0),
            new Cost(9, 9, 9, 0, 0),
            null,
            0,
            Double.NaN);

    Map<String, Double> f = ForkFigures.of(List.of(d), Double.NaN, Double.NaN);

    assertEquals(0.75, f.get("acceptance_rate"), 1e-9);
    assertEquals(9.0 / 12, f.get("draft_nfe_per_token"), 1e-9);
    assertEquals(12.0 / 4, f.get("mean_accepted_length"), 1e-9);
    assertEquals(List.of(1.0, 0.5), ForkFigures.acceptanceByPosition(List.of(d)));
  }

  @Test
  void goodputCountsWhatMeetsBothLimits() {
    List<MeasuredDecode> decodes = List.of(decode(0, 10, 100, 20, 10), decode(0, 30, 900, 20, 30));

    Map<String, Double> f = ForkFigures.of(decodes, 50, 20);

    assertEquals(0.5, f.get("slo_share"), 1e-9);
    assertEquals(10 / 1.0, f.get("goodput_tokens_per_s"), 1e-9);
  }

  @Test
  void phasesAreMeansAndTheRestIsOther() {
    var times = times(10, 100, 10);
    var a =
        new DecodeResult(
            List.of(sequence(10)), 0, 0, 0, new long[0][], Map.of("draft", 30_000_000L));
    var b =
        new DecodeResult(
            List.of(sequence(10)), 0, 0, 0, new long[0][], Map.of("draft", 50_000_000L));

    Map<String, Double> phases = ForkFigures.phases(List.of(with(times, a), with(times, b)));

    assertEquals(Map.of("draft", 40.0, "other", 60.0), phases);
  }

  private static MeasuredDecode with(DecodeTimes times, DecodeResult result) {
    return new MeasuredDecode(
        0, List.of(0), times, result, Cost.ZERO, Cost.ZERO, null, 0, Double.NaN);
  }

  private static DecodeTimes times(int tokens, double latency, double prefill) {
    double ttft = prefill + 5;
    var s =
        new DecodeTimes.SequenceTimes(
            tokens, ttft, ttft, (latency - ttft) / (tokens - 1), new double[0]);
    return new DecodeTimes(latency, prefill, tokens, List.of(s));
  }

  private static MeasuredDecode decode(
      int round, int tokens, double latency, double prefill, int forwards) {
    return decode(round, times(tokens, latency, prefill), tokens, forwards, 1000L * 100 * tokens);
  }

  private static MeasuredDecode decode(
      int round, DecodeTimes times, int tokens, long forwards, long bytes) {
    return new MeasuredDecode(
        round,
        List.of(0),
        times,
        DecodeResult.of(List.of(sequence(tokens)), Map.of()),
        new Cost(forwards, 3 * forwards, forwards, bytes, bytes),
        Cost.ZERO,
        null,
        0,
        Double.NaN);
  }

  private static DecodeResult.Sequence sequence(int tokens) {
    return new DecodeResult.Sequence(new int[tokens], DecodeResult.Stop.LENGTH);
  }
}
