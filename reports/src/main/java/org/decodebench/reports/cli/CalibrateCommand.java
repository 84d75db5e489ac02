package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.compare.Calibration;
import org.decodebench.reports.compare.Gate;
import org.decodebench.reports.compare.Shares;
import org.decodebench.reports.result.Results;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "calibrate",
    description =
        "Say how often 'compare' would be wrong on this machine, and how many forks it takes.",
    footer = {
      "",
      "Give it one long run of the same code, for example with --forks 200. Forks that stood next to",
      "each other in time are dealt out to two sides and compared as if they were two runs, once as",
      "they are and once with one side slower: by arithmetic, or really, if every second fork ran",
      "with -Ddecodebench.inject_slowdown=10%%:even among the experiment's jvm_flags."
    })
public final class CalibrateCommand implements Subcommand {
  @Parameters(paramLabel = "RESULTS", description = "A result folder with many forks.")
  private Path results;

  @Option(
      names = "--forks",
      split = ",",
      paramLabel = "N",
      defaultValue = "2,3,5,8,10,15,20",
      description = "Forks on each side (default: ${DEFAULT-VALUE}).")
  private List<Integer> forks;

  @Option(
      names = "--threshold",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description = "Of the gate (default: ${DEFAULT-VALUE}).")
  private String threshold;

  @Option(
      names = "--slowdown",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "To be caught (default: ${DEFAULT-VALUE}).")
  private String slowdown;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "Pairs to draw where fewer share no fork; these overlap (default: ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the drawing (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    forks.forEach(n -> Arguments.atLeast("--forks", n, 2));
    List<Calibration.Row> rows =
        Calibration.of(
            Results.read(results).records(),
            new Calibration.Plan(
                forks,
                Shares.parse("--slowdown", slowdown),
                Arguments.atLeast("--pairs", pairs, 1),
                seed),
            Gate.Options.of(Shares.parse("--threshold", threshold)));
    if (rows.isEmpty()) {
      throw new UsageException(
          "%s: too few forks to make a pair; run with more --forks".formatted(results));
    }
    System.out.println("forks  disjoint  pairs  false alarms  slowed  caught");
    for (Calibration.Row r : rows) {
      System.out.printf(
          Locale.ROOT,
          "%5d  %8d  %5d  %4d = %4.1f %%  %6d  %4d = %5.1f %%%n",
          r.forks(),
          r.disjoint(),
          r.pairs(),
          r.falseAlarms(),
          100 * r.falseAlarmRate(),
          r.slowed(),
          r.caught(),
          100 * r.power());
    }
    return Main.DONE;
  }
}
