package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.compare.Comparison;
import org.decodebench.reports.compare.Formats;
import org.decodebench.reports.compare.Gate;
import org.decodebench.reports.compare.GithubFiles;
import org.decodebench.reports.compare.History;
import org.decodebench.reports.compare.HistoryBaseline;
import org.decodebench.reports.compare.Shares;
import org.decodebench.reports.compare.Subject;
import org.decodebench.reports.compare.Subjects;
import org.decodebench.reports.result.ResultFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    description = "Say what got slower or worse between two sets of results.",
    footer = {
      "",
      "Reads result folders, runs.jsonl files and JMH results in JSON. Exit code 1 if something is",
      "worse than the threshold with confidence, or does not run any more; else 0.",
      "docs/regression.md says how often the verdicts are wrong; docs/ci.md has ready workflows."
    })
public final class CompareCommand implements Subcommand {
  @Parameters(
      arity = "1..2",
      paramLabel = "BASELINE CURRENT",
      hideParamSyntax = true,
      description = "Results before and after; with --history only those after.")
  private List<Path> results;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = "Take the last runs on the same class of machine as the baseline.")
  private Path history;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many runs of the history (default: ${DEFAULT-VALUE}).")
  private int last;

  @Option(
      names = "--threshold",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description = "How much worse is still fine (default: ${DEFAULT-VALUE}).")
  private String threshold;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      completionCandidates = FormatNames.class)
  private String format;

  @Option(
      names = "--figures",
      split = ",",
      paramLabel = "NAME",
      description = "Only these figures, by their names in runs.jsonl.")
  private List<String> figures = List.of();

  @Option(
      names = "--across-machines",
      description = "Compare results of different machine classes all the same.")
  private boolean acrossMachines;

  @Option(names = "--junit", paramLabel = "FILE", description = "Also write JUnit XML.")
  private Path junit;

  @Option(
      names = "--github",
      description =
          "Also annotate, and append to the step summary, when run inside GitHub Actions.")
  private boolean github;

  /** Names of the formats, for the help. */
  static final class FormatNames extends java.util.ArrayList<String> {
    private static final long serialVersionUID = 1L;

    FormatNames() {
      super(Formats.names());
    }
  }

  @Override
  public Integer call() {
    Formats.Format chosen = Formats.byName(format);
    Set<String> wanted = new LinkedHashSet<>(Gate.checked(figures));
    var options = new Gate.Options(Shares.parse("--threshold", threshold), wanted, acrossMachines);
    Comparison comparison = history == null ? twoResults(options) : withHistory(options);
    System.out.print(Formats.of(chosen, comparison));
    if (junit != null) {
      String xml = Formats.of(Formats.Format.JUNIT, comparison);
      ResultFiles.write(junit, out -> out.append(xml));
    }
    if (github) {
      GithubFiles.write(comparison, System.out, System.getenv("GITHUB_STEP_SUMMARY"));
    }
    return comparison.regressed() ? Main.REGRESSED : Main.DONE;
  }

  private Comparison twoResults(Gate.Options options) {
    if (results.size() != 2) {
      throw new UsageException(
          "compare: give two results, BASELINE and CURRENT, or --history FILE");
    }
    return Gate.compare(Subjects.read(results.get(0)), Subjects.read(results.get(1)), options);
  }

  private Comparison withHistory(Gate.Options options) {
    if (results.size() != 1) {
      throw new UsageException("compare: with --history give one result, CURRENT");
    }
    Subject.Group current = Subjects.read(results.getFirst());
    try (History past = History.open(history)) {
      Subject.Group baseline =
          HistoryBaseline.of(past, current, Arguments.atLeast("--last", last, 2));
      return Gate.compare(baseline, HistoryBaseline.asOneRun(current), options);
    }
  }
}
