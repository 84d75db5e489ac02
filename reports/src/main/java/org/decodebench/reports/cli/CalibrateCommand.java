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
      "Give it one long run of the same code, for example with --forks 200: its forks are cut into",
      "blocks, neighbouring blocks are compared as if they were two runs, once as they are and once",
      "with each setting slowed in turn."
    })
public final class CalibrateCommand implements Subcommand {
  @Parameters(paramLabel = "RESULTS", description = "A result folder with many forks.")
  private Path results;

  @Option(
      names = "--forks",
      split = ",",
      paramLabel = "N",
      defaultValue = "2,3,5,8,10,15,20",
      description = "Block sizes (default: ${DEFAULT-VALUE}).")
  private List<Integer> forks;

  @Option(
      names = "--threshold",
      paramLabel = "SHARE",
      defaultValue = "5%%",
      description = "Of the gate (default: ${DEFAULT-VALUE}).")
  private String threshold;

  @Option(
      names = "--slowdown",
      paramLabel = "SHARE",
      defaultValue = "10%%",
      description = "To be caught (default: ${DEFAULT-VALUE}).")
  private String slowdown;

  @Override
  public Integer call() {
    forks.forEach(n -> Arguments.atLeast("--forks", n, 2));
    List<Calibration.Row> rows =
        Calibration.of(
            Results.read(results).records(),
            forks,
            Shares.parse("--slowdown", slowdown),
            Gate.Options.of(Shares.parse("--threshold", threshold)));
    if (rows.isEmpty()) {
      throw new UsageException(
          "%s: too few forks to make two blocks; run with more --forks".formatted(results));
    }
    System.out.println("forks  pairs  false alarms  slowed  caught");
    for (Calibration.Row r : rows) {
      System.out.printf(
          Locale.ROOT,
          "%5d  %5d  %4d = %4.1f %%  %6d  %4d = %5.1f %%%n",
          r.forks(),
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
