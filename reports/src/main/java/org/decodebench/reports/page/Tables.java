package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Show;

/** The tables of the page. */
final class Tables {
  private Tables() {}

  /** Of a draft, whose acceptance is shown one by one. */
  private static final int MOST_POSITIONS = 10;

  /** Figures of the summary, in the order of its columns. */
  private static final List<String> SUMMARY =
      List.of(
          Figure.HEADLINE,
          "latency_ms",
          "ttft_ms",
          "first_commit_ms",
          "tpot_ms",
          "decode_tokens_per_s",
          "itl_p50_ms",
          "itl_p90_ms",
          "itl_p99_ms",
          "slo_share",
          "goodput_tokens_per_s",
          "energy_j_per_token",
          "output_tokens",
          "nfe_per_token",
          "draft_nfe_per_token",
          "positions_per_token",
          "acceptance_rate",
          "mean_accepted_length",
          "wasted_positions_per_token",
          "leviathan_speedup",
          "predicted_speedup",
          "measured_speedup",
          "source_nll_per_token",
          "valid_share",
          "token_error_rate",
          "perplexity",
          "bits_per_byte",
          "distinct_2",
          "token_entropy_bits");

  /** Of these the columns that paper has no room for. */
  private static final Set<String> MINOR =
      Set.of(
          "first_commit_ms",
          "decode_tokens_per_s",
          "itl_p50_ms",
          "itl_p90_ms",
          "draft_nfe_per_token",
          "wasted_positions_per_token",
          "leviathan_speedup",
          "predicted_speedup",
          "bits_per_byte",
          "distinct_2",
          "token_entropy_bits");

  private static final List<String> COST =
      List.of(
          "output_tokens",
          "nfe_per_token",
          "draft_nfe_per_token",
          "positions_per_token",
          "bytes_per_token",
          "flop_per_token",
          "target_us_per_token",
          "draft_us_per_token",
          "sample_us_per_token",
          "cache_us_per_token",
          "other_us_per_token",
          "gb_per_s",
          "gflop_per_s",
          "device_kernel_ms",
          "device_transfer_ms",
          "device_bytes",
          "device_other_share",
          "energy_j_per_token");

  static PageModel.Table summary(List<Entry> entries) {
    return figures(entries, SUMMARY, true);
  }

  static PageModel.Table cost(List<Entry> entries) {
    return figures(entries, COST, false);
  }

  private static final List<String> DRAFTING =
      List.of(
          "mean_accepted_length",
          "wasted_positions_per_token",
          "target_us_per_token",
          "draft_us_per_token",
          "sample_us_per_token",
          "cache_us_per_token",
          "other_us_per_token",
          "draft_cost_ratio",
          "verify_cost_ratio",
          "leviathan_speedup",
          "predicted_speedup",
          "measured_speedup");

  /** Decoders that draft, each with its acceptance by position and whether it pays. */
  static PageModel.Table drafting(List<Entry> entries) {
    List<Entry> drafting =
        entries.stream().filter(e -> e.figure("acceptance_rate").known()).toList();
    List<Figure> figures = DRAFTING.stream().map(Figure::of).toList();
    List<PageModel.Column> columns = new ArrayList<>();
    columns.add(new PageModel.Column("setting", "setting", "", "", false));
    columns.add(
        new PageModel.Column("acceptance_rate", "accepted", "by position of the draft", "", true));
    figures.forEach(f -> columns.add(column(f)));
    columns.add(new PageModel.Column("pays", "verdict", "whether it is faster than ar", "", false));
    List<PageModel.Row> rows = new ArrayList<>();
    for (Entry e : drafting) {
      List<PageModel.Cell> cells = new ArrayList<>();
      cells.add(text(e.label(), ""));
      cells.add(accepted(e));
      figures.forEach(f -> cells.add(cell(e, f)));
      double speedUp = e.median("measured_speedup");
      cells.add(text(Double.isNaN(speedUp) ? Show.NONE : speedUp > 1 ? "pays" : "loses", ""));
      rows.add(new PageModel.Row(e.id(), e.family().css(), false, cells));
    }
    return new PageModel.Table(List.of(), columns, rows);
  }

  private static PageModel.Cell accepted(Entry e) {
    Figure rate = Figure.of("acceptance_rate");
    String byPosition =
        e.first().acceptanceByPosition().stream()
            .limit(MOST_POSITIONS)
            .map(a -> Show.value(rate, a))
            .collect(Collectors.joining(" "));
    boolean more = e.first().acceptanceByPosition().size() > MOST_POSITIONS;
    return new PageModel.Cell(
        Show.value(rate, e.median(rate.name())),
        byPosition + (more ? " …" : ""),
        plain(e.median(rate.name())));
  }

  private static PageModel.Table figures(List<Entry> entries, List<String> names, boolean whole) {
    List<Figure> figures =
        names.stream()
            .filter(n -> entries.stream().anyMatch(e -> e.figure(n).known()))
            .map(Figure::of)
            .toList();
    List<PageModel.Column> columns = new ArrayList<>();
    columns.add(new PageModel.Column("setting", "setting", "", "", false));
    if (whole) {
      columns.add(new PageModel.Column("model", "model", "", "", false));
      columns.add(new PageModel.Column("forks", "forks", "", "", true));
    }
    for (Figure f : figures) {
      columns.add(column(f));
      if (whole && f.name().equals(Figure.HEADLINE)) {
        columns.add(
            new PageModel.Column(
                "tokens_per_s_ratio", "× baseline", "higher is better", group(f), true));
      }
    }
    List<PageModel.Row> rows =
        entries.stream()
            .map(e ->
                new PageModel.Row(
                    e.id(), e.family().css(), e.row().baseline(), cells(e, figures, whole)))
            .toList();
    List<PageModel.Group> groups =
        figures.stream()
            .map(Figure::group)
            .distinct()
            .map(g -> new PageModel.Group("g-" + lower(g), lower(g)))
            .toList();
    return new PageModel.Table(groups, columns, rows);
  }

  private static PageModel.Column column(Figure f) {
    String better =
        switch (f.better()) {
          case HIGHER -> ", higher is better";
          case LOWER -> ", lower is better";
          case NEITHER -> "";
        };
    String unit = f.unit().isEmpty() || f.label().contains("/") ? "" : " " + Show.unit(f);
    String css = group(f) + (MINOR.contains(f.name()) ? " minor" : "");
    return new PageModel.Column(f.name(), f.label() + unit, f.name() + better, css, true);
  }

  private static String group(Figure f) {
    return "g-" + lower(f.group());
  }

  private static String lower(Figure.Group group) {
    return group.name().toLowerCase(Locale.ROOT);
  }

  private static List<PageModel.Cell> cells(Entry e, List<Figure> figures, boolean whole) {
    List<PageModel.Cell> cells = new ArrayList<>();
    cells.add(new PageModel.Cell(e.label(), e.row().baseline() ? "baseline" : "", e.full()));
    if (whole) {
      cells.add(text(e.row().model(), ""));
      String failed = e.row().failed() > 0 ? e.row().failed() + " failed" : "";
      cells.add(
          new PageModel.Cell(
              Integer.toString(e.row().forks()), failed, Integer.toString(e.row().forks())));
    }
    for (Figure f : figures) {
      cells.add(cell(e, f));
      if (whole && f.name().equals(Figure.HEADLINE)) {
        Estimate ratio = e.row().ratio(f.name());
        // The baseline's ratio to itself is 1 without an interval.
        String interval = e.row().baseline() ? "" : interval(null, ratio);
        cells.add(new PageModel.Cell(Show.ratio(ratio.median()), interval, plain(ratio.median())));
      }
    }
    return cells;
  }

  private static PageModel.Cell cell(Entry e, Figure f) {
    Estimate v = e.figure(f.name());
    String note = interval(f, v);
    if (f.name().equals("perplexity") && v.known()) {
      // A bound is always labelled as one.
      note =
          String.valueOf(e.first().perplexityKind())
              + (e.median("perplexity_se") > 0
                  ? " ± " + Show.number(e.median("perplexity_se"))
                  : "");
    }
    String shown = Show.value(f, v.median());
    if (f.name().equals("perplexity") || f.name().equals("bits_per_byte")) {
      shown = Show.bound(e.first().perplexityKind()) + shown;
    }
    return new PageModel.Cell(shown, note, plain(v.median()));
  }

  private static String interval(Figure f, Estimate e) {
    if (!Show.hasInterval(e) || e.lo() == e.hi()) {
      return "";
    }
    String lo = f == null ? Show.number(e.lo()) : Show.value(f, e.lo());
    String hi = f == null ? Show.number(e.hi()) : Show.value(f, e.hi());
    return "[" + lo + ", " + hi + "]";
  }

  private static String plain(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }

  static PageModel.Cell text(String value, String note) {
    return new PageModel.Cell(value, note, value);
  }

  static PageModel.Table of(List<String> headings, List<List<PageModel.Cell>> rows) {
    return new PageModel.Table(
        List.of(),
        headings.stream().map(h -> new PageModel.Column(h, h, "", "", false)).toList(),
        rows.stream().map(r -> new PageModel.Row("", "", false, r)).toList());
  }

  static PageModel.Table models(Environment environment) {
    List<List<PageModel.Cell>> rows = new ArrayList<>();
    for (Environment.Model m :
        environment == null || environment.models() == null
            ? List.<Environment.Model>of()
            : environment.models()) {
      String perplexity =
          Double.isNaN(m.perplexity())
              ? Show.NONE
              : Show.bound(m.perplexityKind())
                  + Show.number(m.perplexity())
                  + (m.perplexitySe() > 0 ? " ± " + Show.number(m.perplexitySe()) : "")
                  + " (%s)".formatted(m.perplexityKind());
      rows.add(
          List.of(
              text(m.name(), ""),
              text(m.role(), ""),
              text(m.paradigm(), ""),
              new PageModel.Cell(
                  m.parameters() == 0 ? Show.NONE : Show.prefixed(m.parameters()),
                  "",
                  Long.toString(m.parameters())),
              text(Integer.toString(m.contextLength()), ""),
              text(Integer.toString(m.vocabSize()), ""),
              text(
                  perplexity,
                  Double.isNaN(m.perplexity())
                      ? ""
                      : m.perplexityTexts()
                          + " texts"
                          + (m.perplexitySamples() > 0
                              ? ", " + m.perplexitySamples() + " samples each"
                              : "")),
              text(
                  Double.isNaN(m.bitsPerByte())
                      ? Show.NONE
                      : Show.bound(m.perplexityKind()) + Show.number(m.bitsPerByte()),
                  ""),
              text(m.hash(), "")));
    }
    return of(
        List.of(
            "model",
            "role",
            "paradigm",
            "parameters",
            "context",
            "vocabulary",
            "perplexity",
            "bits/byte",
            "hash"),
        rows);
  }

  static PageModel.Table hashes(List<Entry> entries, Results results) {
    List<List<PageModel.Cell>> rows = new ArrayList<>();
    for (Entry e : entries) {
      if (e.results() != results) {
        continue;
      }
      RunRecord r = e.first();
      long outputs = e.records().stream().map(RunRecord::outputHash).distinct().count();
      rows.add(
          List.of(
              text(e.full(), ""),
              text(r.setting(), ""),
              text(r.model() + " " + r.modelHash(), ""),
              text(
                  r.workload() + " " + r.workloadHash(),
                  r.prompts() + " prompts, " + r.maxNewTokens() + " tokens"),
              text(
                  String.valueOf(r.outputHash()),
                  outputs > 1
                      ? outputs + " different between forks"
                      : r.greedy() ? "greedy" : "sampled, seed " + r.seed()),
              text("%d × %d".formatted(r.batch(), r.threads()), "batch × threads"),
              text(String.valueOf(r.backend()), ""),
              text(
                  "%d warm-up, %d measured".formatted(r.warmupIterations(), r.iterations()),
                  r.stationary() ? "" : "not stationary after warm-up")));
    }
    return of(
        List.of("setting", "id", "model", "prompts", "output", "shape", "backend", "rounds"), rows);
  }
}
