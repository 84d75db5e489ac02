package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.compare.Bisection;
import org.decodebench.reports.compare.History;
import org.decodebench.reports.compare.HistoryFiles;
import org.decodebench.reports.compare.Trends;
import org.decodebench.reports.page.TrendPage;
import org.decodebench.reports.result.Show;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
    name = "history",
    description = "Keep results over time, and see when something changed.",
    footer = {
      "",
      "'decodebench compare --history FILE CURRENT' takes the last runs as the baseline."
    })
public final class HistoryCommand implements Subcommand {
  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = ".decodebench/history.duckdb",
      scope = ScopeType.INHERIT,
      description = "The history, a DuckDB file (default: ${DEFAULT-VALUE}).")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine line = spec.commandLine();
    line.usage(line.getOut());
    return Main.DONE;
  }

  @Command(description = "Add result folders; one that is there already is passed over.")
  int add(@Parameters(arity = "1..*", paramLabel = "RESULTS") List<Path> folders) {
    List<History.Full> entries = folders.stream().map(HistoryFiles::entry).toList();
    try (History history = History.open(file)) {
      for (History.Full entry : entries) {
        Optional<Long> number = history.add(entry);
        System.out.println(
            number.map(n -> "added as entry " + n).orElse("already there")
                + ": "
                + entry.entry().folder());
      }
    }
    return Main.DONE;
  }

  @Command(description = "List the entries.")
  int list() {
    try (History history = History.open(file)) {
      System.out.println("entry  added                 commit        machine class, experiment");
      for (History.Entry e : history.entries()) {
        System.out.printf(
            "%5d  %-20s  %-12s  %s, %s%n",
            e.entry(),
            e.addedAt(),
            e.commit() == null ? Show.NONE : e.commit(),
            e.machineClass(),
            e.experiment());
      }
    }
    return Main.DONE;
  }

  @Command(description = "Show how figures went, and where they changed their level.")
  int show(
      @Option(
              names = "--setting",
              paramLabel = "TEXT",
              description = "Only settings with this in their name.")
          String setting,
      @Option(
              names = "--figure",
              paramLabel = "NAME",
              description = "Only this figure, for example tokens_per_s.")
          String figure,
      @Option(
              names = "--machine",
              paramLabel = "CLASS",
              description = "Machine class (default: of the newest entry).")
          String machine,
      @Option(
              names = {"-o", "--out"},
              paramLabel = "FILE",
              description = "Write a page with the trends instead.")
          Path out) {
    try (History history = History.open(file)) {
      String chosen = machine(history, machine);
      List<Trends> trends = Trends.of(history, chosen, setting, figure);
      if (trends.isEmpty()) {
        throw new UsageException("history: no series fits --setting and --figure on " + chosen);
      }
      List<Trends> all = new ArrayList<>();
      Trends.machine(history, chosen).ifPresent(all::add);
      all.addAll(trends);
      trends = all;
      if (out == null) {
        trends.forEach(HistoryCommand::print);
      } else {
        TrendPage.write(chosen, trends, out);
        System.out.println(out);
      }
    }
    return Main.DONE;
  }

  private static String machine(History history, String asked) {
    List<History.Entry> entries = history.entries();
    if (entries.isEmpty()) {
      throw new UsageException("the history is empty; add results with 'decodebench history add'");
    }
    return asked == null ? entries.getLast().machineClass() : asked;
  }

  private static void print(Trends t) {
    System.out.printf(
        "%s  %s (%s)%n", t.series().name(), t.series().metric().name(), t.series().context());
    for (int i = 0; i < t.typical().length; i++) {
      String change =
          t.changes().contains(i)
              ? "  new level: %s, %s"
                  .formatted(Show.ratio(t.step(i)), t.worse(i) ? "worse" : "better")
              : "";
      History.Entry e = t.entries().get(i);
      System.out.printf(
          "  %5d  %-12s  %s%s%n",
          e.entry(),
          e.commit() == null ? Show.NONE : e.commit(),
          Show.number(t.typical()[i]),
          change);
    }
  }

  @Command(description = "Name the commits between which a figure became worse.")
  int bisect(
      @Option(
              names = "--setting",
              required = true,
              paramLabel = "TEXT",
              description = "Settings with this in their name.")
          String setting,
      @Option(
              names = "--figure",
              defaultValue = "tokens_per_s",
              paramLabel = "NAME",
              description = "Default: ${DEFAULT-VALUE}.")
          String figure,
      @Option(
              names = "--machine",
              paramLabel = "CLASS",
              description = "Machine class (default: of the newest entry).")
          String machine) {
    int found = 0;
    try (History history = History.open(file)) {
      for (Trends t : Trends.of(history, machine(history, machine), setting, figure)) {
        for (int change : t.changes()) {
          if (t.worse(change)) {
            found++;
            Bisection.describe(t, change).forEach(System.out::println);
          }
        }
      }
    }
    if (found == 0) {
      System.out.println(
          "no figure became worse for good (a change needs some entries on both sides to show)");
    }
    return Main.DONE;
  }

  @Command(name = "export", description = "Write the history as JSON lines.")
  int exportTo(@Parameters(paramLabel = "FILE") Path out) {
    try (History history = History.open(file)) {
      HistoryFiles.export(history, out);
    }
    System.out.println(out);
    return Main.DONE;
  }

  @Command(name = "import", description = "Add entries from JSON lines.")
  int importFrom(@Parameters(paramLabel = "FILE") Path in) {
    try (History history = History.open(file)) {
      System.out.println(HistoryFiles.importInto(history, in) + " entries added");
    }
    return Main.DONE;
  }
}
