package org.decodebench.reports.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A figure that a run can have: one list for files, tables, gates and the page, so that a name, its
 * unit and its direction are said once.
 *
 * @param name field name in every file, {@code snake_case} with the unit in it
 * @param label short heading
 * @param unit for a heading, may be empty
 * @param better which way is good
 * @param group what it is about
 * @param definition one sentence, as the report prints it
 */
public record Figure(
    String name, String label, String unit, Better better, Group group, String definition) {

  /** Direction of a figure. */
  public enum Better {
    HIGHER,
    LOWER,
    /** Neither way is good in itself. */
    NEITHER
  }

  /** Kinds of figures, in the order in which they are shown. */
  public enum Group {
    SPEED,
    WORK,
    DRAFTING,
    QUALITY,
    /** Of the machine, not of what was measured on it. */
    MACHINE
  }

  /** Name of the headline: the only speed that compares paradigms fairly. */
  public static final String HEADLINE = "tokens_per_s";

  /** Name of the fixed work that tells a change of machine from one of code. */
  public static final String RULER = "ruler_per_s";

  private static final Map<String, Figure> ALL = new LinkedHashMap<>();

  static {
    speed();
    work();
    quality();
    machine();
  }

  private static void speed() {
    add(
        "tokens_per_s",
        "tokens/s",
        "tok/s",
        Better.HIGHER,
        Group.SPEED,
        "Output tokens / (end - request), end to end: the headline.");
    add(
        "latency_ms",
        "latency",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "From the request to the last token.");
    add(
        "ttft_ms",
        "TTFT",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "From the request to the first readable token: the first generated position is committed,"
            + " and so is everything left of it.");
    add(
        "first_commit_ms",
        "first commit",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "From the request to the first commit at any position.");
    add(
        "tpot_ms",
        "TPOT",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "(end - TTFT) / (output tokens - 1): time per output token after the first.");
    add(
        "decode_tokens_per_s",
        "decode tokens/s",
        "tok/s",
        Better.HIGHER,
        Group.SPEED,
        "Output tokens / (end - prefill end); without a prefill the same as tokens/s.");
    add(
        "prefill_ms",
        "prefill",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "Forwards that only put the prompt into a cache; 0 without one.");
    add(
        "itl_p50_ms",
        "gap p50",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "Median gap between readable tokens.");
    add(
        "itl_p90_ms",
        "gap p90",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "90th percentile of the gaps between readable tokens.");
    add(
        "itl_p99_ms",
        "gap p99",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "99th percentile of the gaps between readable tokens.");
    add(
        "itl_max_ms",
        "longest gap",
        "ms",
        Better.LOWER,
        Group.SPEED,
        "Longest gap between readable tokens.");
    add(
        "slo_share",
        "SLO met",
        "",
        Better.HIGHER,
        Group.SPEED,
        "Share of decodes that meet the asked TTFT and TPOT (--slo).");
    add(
        "goodput_tokens_per_s",
        "goodput",
        "tok/s",
        Better.HIGHER,
        Group.SPEED,
        "Output tokens of the decodes that meet the SLO / time of all decodes.");
  }

  private static void work() {
    add(
        "output_tokens",
        "output tokens",
        "",
        Better.NEITHER,
        Group.WORK,
        "Emitted tokens a sequence up to and including the first end token: no prompt, no"
            + " padding.");
    add(
        "nfe_per_token",
        "NFE/token",
        "",
        Better.LOWER,
        Group.WORK,
        "Target forward passes / output tokens; prefill, commit and rejected passes included.");
    add(
        "draft_nfe_per_token",
        "draft NFE/token",
        "",
        Better.LOWER,
        Group.WORK,
        "Draft forward passes / output tokens.");
    add(
        "positions_per_token",
        "positions/token",
        "",
        Better.LOWER,
        Group.WORK,
        "Positions that the target evaluated / output tokens.");
    add(
        "bytes_per_token",
        "bytes/token",
        "B",
        Better.LOWER,
        Group.WORK,
        "Weights and visible cache read once a forward, target and draft, / output tokens; counted"
            + " from shapes.");
    add(
        "flop_per_token",
        "FLOP/token",
        "FLOP",
        Better.LOWER,
        Group.WORK,
        "Multiply-adds x 2 of target and draft / output tokens; counted from shapes.");
    add(
        "gb_per_s",
        "GB/s",
        "GB/s",
        Better.NEITHER,
        Group.WORK,
        "Bytes that had to be read / decode time: to set against the machine's bandwidth.");
    add(
        "gflop_per_s",
        "GFLOP/s",
        "GFLOP/s",
        Better.NEITHER,
        Group.WORK,
        "FLOP / decode time: to set against the machine's arithmetic peak.");
    add(
        "limit_ms_per_token",
        "limit/token",
        "ms",
        Better.NEITHER,
        Group.WORK,
        "Least time that the machine's measured limits allow the counted forwards: the longer of"
            + " bytes / bandwidth and FLOP / peak.");
    add(
        "measured_ms_per_token",
        "time/token",
        "ms",
        Better.LOWER,
        Group.WORK,
        "Time of the decode / output tokens.");
    add(
        "roofline_share",
        "efficiency",
        "",
        Better.HIGHER,
        Group.WORK,
        "Limit / measured time: the engine's efficiency.");
    add(
        "energy_j_per_token",
        "energy/token",
        "J",
        Better.LOWER,
        Group.WORK,
        "Package energy by RAPL / output tokens; empty where the machine does not say.");
    add(
        "device_kernel_ms",
        "device kernels",
        "ms",
        Better.LOWER,
        Group.WORK,
        "Time in a device's kernels, a decode; its driver's clock, in a round of its own after the"
            + " measured ones.");
    add(
        "device_transfer_ms",
        "device transfers",
        "ms",
        Better.LOWER,
        Group.WORK,
        "Time of copies to and from the device, a decode, in the same round.");
    add(
        "device_bytes",
        "device copies",
        "B",
        Better.LOWER,
        Group.WORK,
        "Bytes copied to and from the device, a decode.");
    add(
        "device_other_share",
        "outside kernels",
        "",
        Better.LOWER,
        Group.WORK,
        "Share of a measured decode that is not in the device's kernels: launches, copies and the"
            + " host's own work.");
  }

  private static void quality() {
    add(
        "acceptance_rate",
        "acceptance",
        "",
        Better.HIGHER,
        Group.DRAFTING,
        "Accepted drafted tokens / drafted tokens.");
    add(
        "mean_accepted_length",
        "tau",
        "",
        Better.HIGHER,
        Group.DRAFTING,
        "Output tokens / verifications by the target, of each text of a batch.");
    add(
        "wasted_positions_per_token",
        "wasted/token",
        "",
        Better.LOWER,
        Group.DRAFTING,
        "Drafted tokens that were rejected / output tokens: positions evaluated for nothing.");
    split("target", "evaluating the target (verification; a step, where nothing is drafted)");
    split("draft", "drafting");
    split("sample", "choosing tokens, accepting and rejecting");
    split("cache", "keeping caches in step with the text");
    split("other", "everything else after the prompt");
    add(
        "judged_acceptance",
        "judged accept",
        "",
        Better.HIGHER,
        Group.DRAFTING,
        "Accepted / judged drafted tokens (none after a rejected one is judged): the α of theory;"
            + " of a tree the α that would give its tokens a verification.");
    add(
        "draft_cost_ratio",
        "draft cost",
        "",
        Better.LOWER,
        Group.DRAFTING,
        "Time to draft one token / time of one target step of 'ar' with the same model here.");
    add(
        "verify_cost_ratio",
        "verify cost",
        "",
        Better.LOWER,
        Group.DRAFTING,
        "Time to verify one draft / time of one target step of 'ar' with the same model here;"
            + " theory takes it for 1.");
    add(
        "leviathan_speedup",
        "Leviathan",
        "x",
        Better.HIGHER,
        Group.DRAFTING,
        "Speed-up over 'ar' by 2211.17192 from the measured acceptance and draft cost, verification"
            + " as cheap as one step.");
    add(
        "predicted_speedup",
        "predicted",
        "x",
        Better.HIGHER,
        Group.DRAFTING,
        "The same with the measured cost of verification.");
    add(
        "measured_speedup",
        "measured",
        "x",
        Better.HIGHER,
        Group.DRAFTING,
        "Decode tokens/s over those of 'ar' with the same model and temperature: speculation pays"
            + " above 1.");
    add(
        "perplexity",
        "perplexity",
        "",
        Better.LOWER,
        Group.QUALITY,
        "exp of NLL a token of the model on held-out text; 'nelbo' labels an upper bound.");
    add(
        "perplexity_se",
        "perplexity s.e.",
        "",
        Better.NEITHER,
        Group.QUALITY,
        "Standard error of the perplexity.");
    add(
        "bits_per_byte",
        "bits/byte",
        "",
        Better.LOWER,
        Group.QUALITY,
        "NLL in bits / UTF-8 bytes of the held-out text.");
    add(
        "source_nll_per_token",
        "source NLL/token",
        "nat",
        Better.LOWER,
        Group.QUALITY,
        "Exact NLL a token of the decoded texts under the source, each read up to its first"
            + " impossible token.");
    add(
        "source_nll_per_token_se",
        "source NLL s.e.",
        "nat",
        Better.NEITHER,
        Group.QUALITY,
        "Standard error of the source NLL: the fork's texts are the sample.");
    add(
        "valid_share",
        "valid",
        "",
        Better.HIGHER,
        Group.QUALITY,
        "Share of decoded texts that the source can produce.");
    add(
        "sequence_error_rate",
        "sequence error",
        "",
        Better.LOWER,
        Group.QUALITY,
        "Share of decoded texts that the source cannot produce.");
    add(
        "token_error_rate",
        "token error",
        "",
        Better.LOWER,
        Group.QUALITY,
        "Impossible tokens / tokens, each text read up to its first impossible token.");
    add(
        "distinct_2",
        "distinct-2",
        "",
        Better.NEITHER,
        Group.QUALITY,
        "Different token pairs / token pairs, over all decoded texts.");
    add(
        "token_entropy_bits",
        "token entropy",
        "bit",
        Better.NEITHER,
        Group.QUALITY,
        "Entropy of the token frequencies over all decoded texts.");
  }

  private static void machine() {
    add(
        RULER,
        "ruler",
        "1/s",
        Better.HIGHER,
        Group.MACHINE,
        "Pieces of a fixed work in plain Java a second, timed beside the decodes: if it changes,"
            + " the machine did.");
  }

  private static void split(String phase, String what) {
    add(
        phase + "_us_per_token",
        phase,
        "us/token",
        Better.LOWER,
        Group.DRAFTING,
        "Microseconds an output token spent on " + what + "; the prompt's prefill left out.");
  }

  private static void add(
      String name, String label, String unit, Better better, Group group, String definition) {
    ALL.put(name, new Figure(name, label, unit, better, group, definition));
  }

  /** Every figure, in the order in which files list them. */
  public static List<Figure> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * @throws IllegalArgumentException if there is none of this name
   */
  public static Figure of(String name) {
    Figure figure = ALL.get(name);
    if (figure == null) {
      throw new IllegalArgumentException("no figure " + name);
    }
    return figure;
  }
}
