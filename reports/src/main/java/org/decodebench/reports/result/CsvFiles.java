package org.decodebench.reports.result;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** {@code runs.csv} and {@code summary.csv}. */
public final class CsvFiles {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();

  /** First characters that make a spreadsheet take a text for a formula. */
  private static final String FORMULA = "=+-@\t\r";

  private static final List<String> RUN_COLUMNS =
      List.of(
          "schema_version",
          "run_id",
          "setting",
          "experiment",
          "started_at",
          "order",
          "fork",
          "status",
          "error",
          "machine_class",
          "commit",
          "model",
          "model_hash",
          "paradigm",
          "decoder",
          "workload",
          "workload_hash",
          "prompts",
          "max_new_tokens",
          "batch",
          "threads",
          "backend",
          "seed",
          "warmup_iterations",
          "stationary",
          "iterations",
          "decodes",
          "perplexity_kind",
          "output_hash",
          "greedy",
          "outliers",
          "warnings");

  private static final List<String> SUMMARY_COLUMNS =
      List.of(
          "schema_version",
          "model",
          "decoder",
          "setting",
          "model_hash",
          "paradigm",
          "workload",
          "workload_hash",
          "max_new_tokens",
          "batch",
          "threads",
          "backend",
          "seed",
          "forks",
          "failed_forks",
          "baseline",
          "perplexity_kind");

  private CsvFiles() {}

  /** {@code runs.csv}: the records, flat. */
  public static void runs(Path folder, List<RunRecord> records) {
    List<String> header = new ArrayList<>(RUN_COLUMNS);
    Figure.all().forEach(f -> header.add(f.name()));
    ResultFiles.write(
        folder.resolve(Results.RUNS_CSV),
        out -> {
          CSVPrinter csv = new CSVPrinter(out, FORMAT);
          csv.printRecord(header);
          for (RunRecord r : records) {
            csv.printRecord(run(r));
          }
        });
  }

  private static List<Object> run(RunRecord r) {
    List<Object> cells =
        cells(
            r.schemaVersion(),
            r.runId(),
            r.setting(),
            r.experiment(),
            r.startedAt(),
            r.order(),
            r.fork(),
            r.ok() ? "ok" : "failed",
            r.error(),
            r.machineClass(),
            r.commit(),
            r.model(),
            r.modelHash(),
            r.paradigm(),
            r.decoder(),
            r.workload(),
            r.workloadHash(),
            r.prompts(),
            r.maxNewTokens(),
            r.batch(),
            r.threads(),
            r.backend(),
            r.seed(),
            r.warmupIterations(),
            r.stationary(),
            r.iterations(),
            r.decodes(),
            r.perplexityKind(),
            r.outputHash(),
            r.greedy(),
            r.outliers().size(),
            String.join("; ", r.warnings()));
    Figure.all().forEach(f -> cells.add(cell(r.figure(f.name()))));
    return cells;
  }

  /**
   * {@code summary.csv}: for each figure its median, {@code _lo} and {@code _hi} of its 95 %
   * interval and {@code _n} forks; for speed and work also {@code _ratio}, {@code _ratio_lo} and
   * {@code _ratio_hi} to the baseline.
   */
  public static void summary(Path folder, List<SummaryRow> rows) {
    ResultFiles.write(
        folder.resolve(Results.SUMMARY_CSV),
        out -> {
          CSVPrinter csv = new CSVPrinter(out, FORMAT);
          csv.printRecord(summaryHeader());
          for (SummaryRow row : rows) {
            csv.printRecord(summary(row));
          }
        });
  }

  private static List<String> summaryHeader() {
    List<String> header = new ArrayList<>(SUMMARY_COLUMNS);
    for (Figure f : Figure.all()) {
      header.add(f.name());
      header.add(f.name() + "_lo");
      header.add(f.name() + "_hi");
      header.add(f.name() + "_n");
      if (hasRatio(f)) {
        header.add(f.name() + "_ratio");
        header.add(f.name() + "_ratio_lo");
        header.add(f.name() + "_ratio_hi");
      }
    }
    return header;
  }

  private static List<Object> summary(SummaryRow row) {
    RunRecord r = row.first();
    List<Object> cells =
        cells(
            RunRecord.SCHEMA_VERSION,
            r.model(),
            r.decoder(),
            r.setting(),
            r.modelHash(),
            r.paradigm(),
            r.workload(),
            r.workloadHash(),
            r.maxNewTokens(),
            r.batch(),
            r.threads(),
            r.backend(),
            r.seed(),
            row.forks(),
            row.failed(),
            row.baseline(),
            r.perplexityKind());
    for (Figure f : Figure.all()) {
      Estimate e = row.figure(f.name());
      cells.addAll(cells(e.median(), e.lo(), e.hi(), e.n()));
      if (hasRatio(f)) {
        Estimate ratio = row.ratio(f.name());
        cells.addAll(cells(ratio.median(), ratio.lo(), ratio.hi()));
      }
    }
    return cells;
  }

  private static boolean hasRatio(Figure f) {
    return f.group() == Figure.Group.SPEED || f.group() == Figure.Group.WORK;
  }

  private static List<Object> cells(Object... values) {
    List<Object> cells = new ArrayList<>();
    for (Object value : values) {
      cells.add(cell(value));
    }
    return cells;
  }

  /** What a spreadsheet shows as it is: unknown numbers empty, no text that starts a formula. */
  static Object cell(Object value) {
    if (value == null || value instanceof Double d && !Double.isFinite(d)) {
      return "";
    }
    if (value instanceof String s && !s.isEmpty() && FORMULA.indexOf(s.charAt(0)) >= 0) {
      return "'" + s;
    }
    return value;
  }
}
