package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.page.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Make the page of one or several result folders anew.")
public final class ReportCommand implements Subcommand {
  @Parameters(arity = "1..*", paramLabel = "RESULTS", description = "Result folders.")
  private List<Path> folders;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where the page goes (default: report.html in the first folder).")
  private Path out;

  @Override
  public Integer call() {
    Path file = out;
    if (folders.size() == 1 && file == null) {
      file = ReportPage.write(folders.getFirst());
    } else {
      file = file == null ? folders.getFirst().resolve("report.html") : file;
      ReportPage.write(folders, file);
    }
    System.out.println(file);
    return Main.DONE;
  }
}
