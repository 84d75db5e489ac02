package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.jmh.JmhPage;
import org.decodebench.reports.page.ReportPage;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.roofline.Ceiling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    description = "Make the page of one or several result folders anew.",
    footer = {
      "",
      "With several folders the first is the one that the others are compared with. Markdown is the",
      "short form for a pull request; it goes to standard output unless a file is given."
    })
public final class ReportCommand implements Subcommand {
  /** What can be made. */
  enum Format {
    html,
    markdown
  }

  @Parameters(
      arity = "1..*",
      paramLabel = "RESULTS",
      description = "Result folders, or a JMH result (-rf json).")
  private List<Path> folders;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where the page goes (default: report.html in the first folder).")
  private Path out;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "html",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Option(
      names = "--machine",
      paramLabel = "READ,PEAK",
      description =
          "Predict tokens/s for a machine of that read bandwidth and multiply-add peak too, for example"
              + " 4.8TB/s,990TFLOP/s (which is the default); may be repeated.")
  private List<String> machines = List.of();

  @Override
  public Integer call() {
    switch (format) {
      case html -> System.out.println(page());
      case markdown -> {
        String text = ReportPage.markdown(folders);
        if (out == null) {
          System.out.print(text);
        } else {
          ResultFiles.write(out, writer -> writer.append(text));
          System.out.println(out);
        }
      }
    }
    return Main.DONE;
  }

  private List<Ceiling> ceilings() {
    return machines.isEmpty()
        ? List.of(Ceiling.ACCELERATOR)
        : machines.stream().map(Ceiling::parse).toList();
  }

  private Path page() {
    if (folders.size() == 1 && JmhPage.looksLikeOne(folders.getFirst())) {
      Path results = folders.getFirst();
      Path file = out == null ? Path.of(results + ".html") : out;
      JmhPage.write(results, file);
      return file;
    }
    if (folders.size() == 1 && out == null) {
      return ReportPage.write(folders.getFirst(), ceilings());
    }
    Path file = out == null ? folders.getFirst().resolve("report.html") : out;
    ReportPage.write(folders, file, ceilings());
    return file;
  }
}
