package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.decodebench.core.decode.Cost;
import org.decodebench.reports.stats.Stats;

/**
 * Figures of a fork from its measured decodes. A latency is the median over decodes (for what a
 * sequence has, over sequences); a speed is tokens over time of a round, median over rounds; what
 * is counted per token is a ratio of sums.
 */
final class ForkFigures {
  private final List<MeasuredDecode> decodes;
  private final Map<String, Double> figures = new LinkedHashMap<>();

  private ForkFigures(List<MeasuredDecode> decodes) {
    this.decodes = decodes;
  }

  /**
   * @param decodes at least one
   * @param sloTtftMs NaN for none
   * @param sloTpotMs NaN for none
   */
  static Map<String, Double> of(List<MeasuredDecode> decodes, double sloTtftMs, double sloTpotMs) {
    ForkFigures f = new ForkFigures(decodes);
    f.speed();
    f.gaps();
    f.work();
    f.drafting();
    if (!Double.isNaN(sloTtftMs) || !Double.isNaN(sloTpotMs)) {
      f.goodput(sloTtftMs, sloTpotMs);
    }
    return f.figures;
  }

  private void speed() {
    put("tokens_per_s", perRound(d -> d.times().latencyMs()));
    put("latency_ms", median(d -> d.times().latencyMs()));
    put("ttft_ms", sequences(DecodeTimes.SequenceTimes::ttftMs));
    put("first_commit_ms", sequences(DecodeTimes.SequenceTimes::firstCommitMs));
    put("tpot_ms", sequences(DecodeTimes.SequenceTimes::tpotMs));
    put("decode_tokens_per_s", perRound(d -> d.times().latencyMs() - d.times().prefillMs()));
    put("prefill_ms", median(d -> d.times().prefillMs()));
  }

  private void gaps() {
    // Nanoseconds with three digits, up to an hour.
    Histogram gaps = new Histogram(3_600_000_000_000L, 3);
    for (MeasuredDecode d : decodes) {
      for (DecodeTimes.SequenceTimes s : d.times().sequences()) {
        for (double gap : s.gapsMs()) {
          gaps.recordValue(Math.round(gap * 1e6));
        }
      }
    }
    if (gaps.getTotalCount() > 0) {
      put("itl_p50_ms", gaps.getValueAtPercentile(50) * 1e-6);
      put("itl_p90_ms", gaps.getValueAtPercentile(90) * 1e-6);
      put("itl_p99_ms", gaps.getValueAtPercentile(99) * 1e-6);
      put("itl_max_ms", gaps.getMaxValue() * 1e-6);
    }
  }

  private void work() {
    Cost target = decodes.stream().map(MeasuredDecode::target).reduce(Cost.ZERO, Cost::plus);
    Cost draft = decodes.stream().map(MeasuredDecode::draft).reduce(Cost.ZERO, Cost::plus);
    Cost both = target.plus(draft);
    double tokens = tokens();
    double sequences = decodes.stream().mapToInt(d -> d.times().sequences().size()).sum();
    double seconds = decodes.stream().mapToDouble(d -> d.times().latencyMs()).sum() * 1e-3;
    put("output_tokens", tokens / sequences);
    put("nfe_per_token", target.forwards() / tokens);
    if (draft.forwards() > 0) {
      put("draft_nfe_per_token", draft.forwards() / tokens);
    }
    put("positions_per_token", target.positions() / tokens);
    if (both.bytes() > 0) { // a source has no weights to read
      put("bytes_per_token", both.bytes() / tokens);
      put("flop_per_token", both.flops() / tokens);
      put("gb_per_s", both.bytes() / seconds * 1e-9);
      put("gflop_per_s", both.flops() / seconds * 1e-9);
    }
    double joules = decodes.stream().mapToDouble(MeasuredDecode::energyJ).sum();
    if (!Double.isNaN(joules)) {
      put("energy_j_per_token", joules / tokens);
    }
  }

  private void drafting() {
    long drafted = decodes.stream().mapToLong(d -> d.result().drafted()).sum();
    long accepted = decodes.stream().mapToLong(d -> d.result().accepted()).sum();
    if (drafted > 0) {
      put("acceptance_rate", (double) accepted / drafted);
      long verifications = decodes.stream().mapToLong(d -> d.result().verifications()).sum();
      put("mean_accepted_length", tokens() / verifications);
      put("wasted_positions_per_token", (drafted - accepted) / tokens());
    }
    split();
  }

  /** Where the time after the prompt goes; only for decoders that tell target and draft apart. */
  private void split() {
    Map<String, Double> phases = phases(decodes);
    String target = phases.containsKey("verify") ? "verify" : "decode";
    if (!phases.containsKey(target)) {
      return;
    }
    double usPerToken = 1e3 * decodes.size() / tokens();
    put("target_us_per_token", phases.get(target) * usPerToken);
    for (String phase : List.of("draft", "sample", "cache", "other")) {
      if (phases.containsKey(phase)) {
        put(phase + "_us_per_token", phases.get(phase) * usPerToken);
      }
    }
  }

  private void goodput(double ttftMs, double tpotMs) {
    long met = 0;
    long all = 0;
    double tokens = 0;
    for (MeasuredDecode d : decodes) {
      for (DecodeTimes.SequenceTimes s : d.times().sequences()) {
        all++;
        // A limit that is not set (NaN) is never exceeded; one token has no TPOT to exceed.
        if (!(s.ttftMs() > ttftMs) && !(s.tpotMs() > tpotMs)) {
          met++;
          tokens += s.outputTokens();
        }
      }
    }
    double seconds = decodes.stream().mapToDouble(d -> d.times().latencyMs()).sum() * 1e-3;
    put("slo_share", (double) met / all);
    put("goodput_tokens_per_s", tokens / seconds);
  }

  /** Acceptance rate at each position of the draft. */
  static List<Double> acceptanceByPosition(List<MeasuredDecode> decodes) {
    List<Double> rates = new ArrayList<>();
    int longest = decodes.stream().mapToInt(d -> d.result().acceptedAt().length).max().orElse(0);
    for (int i = 0; i < longest; i++) {
      long drafted = 0;
      long accepted = 0;
      for (MeasuredDecode d : decodes) {
        if (i < d.result().acceptedAt().length) {
          drafted += d.result().acceptedAt()[i][0];
          accepted += d.result().acceptedAt()[i][1];
        }
      }
      rates.add(drafted == 0 ? Double.NaN : (double) accepted / drafted);
    }
    return rates;
  }

  /** Mean milliseconds of a decode in each phase; what no phase claims is {@code other}. */
  static Map<String, Double> phases(List<MeasuredDecode> decodes) {
    Map<String, Double> sums = new TreeMap<>();
    double other = 0;
    for (MeasuredDecode d : decodes) {
      double named = 0;
      for (Map.Entry<String, Long> phase : d.result().phases().entrySet()) {
        double ms = phase.getValue() * 1e-6;
        sums.merge(phase.getKey(), ms, Double::sum);
        named += ms;
      }
      other += Math.max(0, d.times().latencyMs() - named);
    }
    sums.put("other", other);
    sums.replaceAll((phase, ms) -> ms / decodes.size());
    return sums;
  }

  private double perRound(ToDoubleFunction<MeasuredDecode> time) {
    Map<Integer, double[]> rounds = new TreeMap<>();
    for (MeasuredDecode d : decodes) {
      double[] sums = rounds.computeIfAbsent(d.round(), r -> new double[2]);
      sums[0] += d.outputTokens();
      sums[1] += time.applyAsDouble(d);
    }
    return Stats.median(rounds.values().stream().mapToDouble(s -> 1e3 * s[0] / s[1]).toArray());
  }

  private double median(ToDoubleFunction<MeasuredDecode> value) {
    return Stats.median(decodes.stream().mapToDouble(value).toArray());
  }

  private double sequences(ToDoubleFunction<DecodeTimes.SequenceTimes> value) {
    return Stats.median(
        decodes.stream().flatMap(d -> d.times().sequences().stream()).mapToDouble(value).toArray());
  }

  private double tokens() {
    return decodes.stream().mapToInt(MeasuredDecode::outputTokens).sum();
  }

  private void put(String name, double value) {
    figures.put(name, value);
  }
}
