package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.Show;

/** A comparison as text, for people and for tools. */
public final class Formats {
  private Formats() {}

  /** What can be asked for on the command line. */
  public enum Format {
    TEXT,
    MARKDOWN,
    JSON,
    /** Bencher Metric Format. */
    BMF,
    /** github-action-benchmark: only metrics of which more is better. */
    GITHUB_ACTION_BENCHMARK,
    /** github-action-benchmark: only metrics of which less is better. */
    GITHUB_ACTION_BENCHMARK_SMALLER,
    JUNIT,
    /** Workflow commands of GitHub Actions: an annotation for each regression. */
    GITHUB_ANNOTATIONS;

    /** As written on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Names for the command line. */
  public static List<String> names() {
    return java.util.Arrays.stream(Format.values()).map(Format::toString).toList();
  }

  /**
   * @throws UsageException for an unknown name, listing the known ones
   */
  public static Format byName(String name) {
    return java.util.Arrays.stream(Format.values())
        .filter(f -> f.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "--format: no format '%s'; there are: %s"
                    .formatted(name, String.join(", ", names()))));
  }

  /** The whole output, with a line end. */
  public static String of(Format format, Comparison c) {
    return switch (format) {
      case TEXT -> text(c);
      case MARKDOWN -> markdown(c);
      case JSON -> json(c);
      case BMF -> bmf(c);
      case GITHUB_ACTION_BENCHMARK -> actionBenchmark(c, true);
      case GITHUB_ACTION_BENCHMARK_SMALLER -> actionBenchmark(c, false);
      case JUNIT -> JUnitReport.of(c);
      case GITHUB_ANNOTATIONS -> annotations(c);
    };
  }

  // --- for people

  private static String text(Comparison c) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"setting", "figure", "old", "new", "ratio", "95 % interval", "verdict"});
    for (Change change : c.changes()) {
      rows.add(
          new String[] {
            change.subject().name(),
            change.metric().label(),
            Show.number(change.before()),
            "→ " + Show.number(change.after()),
            Show.number(change.ratio()),
            interval(change),
            change.verdict() + (change.note().isEmpty() ? "" : " (" + change.note() + ")")
          });
    }
    StringBuilder out = new StringBuilder(aligned(rows));
    remarks(c).forEach(r -> out.append(r).append('\n'));
    return out.append(c.headline()).append('\n').toString();
  }

  private static String aligned(List<String[]> rows) {
    int columns = rows.getFirst().length;
    int[] width = new int[columns];
    rows.forEach(r -> {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], r[i].length());
      }
    });
    StringBuilder out = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        boolean right = i >= 2 && i <= 4;
        String pad = " ".repeat(width[i] - row[i].length());
        line.append(i == 0 ? "" : "  ").append(right ? pad + row[i] : row[i] + pad);
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  static String interval(Change change) {
    return change.hasInterval() && !change.note().equals("identical")
        ? "[%s, %s]".formatted(Show.number(change.lo()), Show.number(change.hi()))
        : "";
  }

  /** Everything besides the table, a line each. */
  static List<String> remarks(Comparison c) {
    List<String> lines = new ArrayList<>();
    for (Subject s : c.failures()) {
      lines.add(
          "%s regressed: %d forks, none finished (%s)"
              .formatted(s.name(), s.failed(), s.context()));
    }
    for (Comparison.OutputChange o : c.outputChanges()) {
      lines.add(
          "%s: greedy output changed, %s → %s"
              .formatted(o.subject().name(), o.before(), o.after()));
    }
    if (!c.onlyBaseline().isEmpty()) {
      lines.add("only in " + c.baseline() + ": " + names(c.onlyBaseline()));
    }
    if (!c.onlyCurrent().isEmpty()) {
      lines.add("only in " + c.current() + ": " + names(c.onlyCurrent()));
    }
    lines.addAll(c.notes());
    return lines;
  }

  private static String names(List<Subject> subjects) {
    return subjects.stream().map(Subject::name).distinct().collect(Collectors.joining(", "));
  }

  private static String markdown(Comparison c) {
    StringBuilder out = new StringBuilder();
    out.append("**")
        .append(c.regressed() ? "Regressed" : "No regression")
        .append(":** ")
        .append(cell(c.headline()))
        .append("\n\n");
    out.append("| setting | figure | old | new | ratio | 95 % interval | verdict |\n");
    out.append("| --- | --- | ---: | ---: | ---: | --- | --- |\n");
    for (Change change : c.changes()) {
      String verdict = change.verdict().toString();
      boolean loud = change.verdict() == Verdict.REGRESSED || change.verdict() == Verdict.IMPROVED;
      out.append(
          "| %s | %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  cell(change.subject().name()),
                  cell(change.metric().label()),
                  Show.number(change.before()),
                  Show.number(change.after()),
                  Show.number(change.ratio()),
                  interval(change),
                  (loud ? "**" + verdict + "**" : verdict)
                      + (change.note().isEmpty() ? "" : " (" + change.note() + ")")));
    }
    List<String> remarks = remarks(c);
    if (!remarks.isEmpty()) {
      out.append('\n');
      remarks.forEach(r -> out.append("- ").append(cell(r)).append('\n'));
    }
    return out.toString();
  }

  /** Text that cannot leave its cell nor become markup. */
  static String cell(String text) {
    return text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;")
        .replace("\r", " ")
        .replace("\n", " ");
  }

  // --- for tools

  private static String json(Comparison c) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("schema_version", 1);
    root.put("baseline", c.baseline());
    root.put("current", c.current());
    root.put("threshold", c.threshold());
    root.put("regressed", c.regressed());
    root.put("changes", c.changes().stream().map(Formats::json).toList());
    root.put(
        "output_changes",
        c.outputChanges().stream()
            .map(o -> Map.of("name", o.subject().name(), "before", o.before(), "after", o.after()))
            .toList());
    root.put("failures", c.failures().stream().map(Subject::name).toList());
    root.put("only_baseline", c.onlyBaseline().stream().map(Subject::name).toList());
    root.put("only_current", c.onlyCurrent().stream().map(Subject::name).toList());
    root.put("notes", c.notes());
    return Json.INDENTED.writeValueAsString(root) + "\n";
  }

  private static Map<String, Object> json(Change change) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", change.subject().name());
    out.put("context", change.subject().context());
    out.put("figure", change.metric().name());
    out.put("unit", change.metric().unit());
    out.put("higher_is_better", change.metric().higherIsBetter());
    out.put("before", change.before());
    out.put("after", change.after());
    out.put("forks_before", change.forksBefore());
    out.put("forks_after", change.forksAfter());
    out.put("ratio", change.ratio());
    out.put("ratio_lo", change.lo());
    out.put("ratio_hi", change.hi());
    out.put("p_holm", change.p());
    out.put("p_mann_whitney", change.mannWhitney());
    out.put("cliffs_delta", change.cliffsDelta());
    out.put("verdict", change.verdict().toString());
    out.put("note", change.note());
    return out;
  }

  /** {@code {benchmark: {measure: {value, lower_value, upper_value}}}} of the current results. */
  private static String bmf(Comparison c) {
    Map<String, Map<String, Object>> root = new LinkedHashMap<>();
    for (Change change : c.changes()) {
      Map<String, Object> measure = new LinkedHashMap<>();
      measure.put("value", change.after());
      double[] values = change.subject().of(change.metric());
      if (values.length > 1) {
        measure.put("lower_value", java.util.Arrays.stream(values).min().orElseThrow());
        measure.put("upper_value", java.util.Arrays.stream(values).max().orElseThrow());
      }
      root.computeIfAbsent(unique(change), _ -> new LinkedHashMap<>())
          .put(change.metric().name(), measure);
    }
    return Json.INDENTED.writeValueAsString(root) + "\n";
  }

  /** A name that stays the same from run to run and differs between settings. */
  private static String unique(Change change) {
    return change.subject().name() + " (" + change.subject().context() + ")";
  }

  /** That tool takes one direction a file, so a file holds only metrics of one direction. */
  private static String actionBenchmark(Comparison c, boolean higher) {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (Change change : c.changes()) {
      if (change.metric().higherIsBetter() != higher) {
        continue;
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", unique(change) + " " + change.metric().name());
      entry.put(
          "unit",
          change.metric().unit().isEmpty() ? change.metric().label() : change.metric().unit());
      entry.put("value", change.after());
      double[] values = change.subject().of(change.metric());
      if (values.length > 1) {
        double lo = java.util.Arrays.stream(values).min().orElseThrow();
        double hi = java.util.Arrays.stream(values).max().orElseThrow();
        entry.put("range", "± " + Show.number((hi - lo) / 2));
      }
      entry.put(
          "extra",
          "%d forks, ratio to %s %s, %s"
              .formatted(
                  change.forksAfter(),
                  c.baseline(),
                  (Show.number(change.ratio()) + " " + interval(change)).strip(),
                  change.verdict()));
      entries.add(entry);
    }
    return Json.INDENTED.writeValueAsString(entries) + "\n";
  }

  private static String annotations(Comparison c) {
    StringBuilder out = new StringBuilder();
    for (Subject s : c.failures()) {
      out.append(command("error", s.name() + " does not run", s.context()));
    }
    for (Change change : c.changes()) {
      if (change.verdict() == Verdict.REGRESSED) {
        out.append(
            command(
                "error",
                change.subject().name() + " regressed",
                "%s %s → %s, ratio %s %s"
                    .formatted(
                        change.metric().label(),
                        Show.number(change.before()),
                        Show.number(change.after()),
                        Show.number(change.ratio()),
                        interval(change))));
      }
    }
    for (Comparison.OutputChange o : c.outputChanges()) {
      out.append(
          command(
              "warning",
              o.subject().name() + ": greedy output changed",
              o.before() + " → " + o.after()));
    }
    return out.append(command("notice", "DecodeBench", c.headline())).toString();
  }

  private static String command(String level, String title, String message) {
    String t = message(title).replace(":", "%3A").replace(",", "%2C");
    return "::" + level + " title=" + t + "::" + message(message) + "\n";
  }

  private static String message(String text) {
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
  }
}
