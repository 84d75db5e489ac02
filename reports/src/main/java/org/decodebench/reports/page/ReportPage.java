package org.decodebench.reports.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.WriterOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.roofline.Ceiling;
import org.decodebench.reports.stats.Summary;

/** The report of one or several result folders: {@code report.html} and {@code charts/}. */
public final class ReportPage {
  private ReportPage() {}

  // The templates were made into classes by the build; nothing is compiled at run time.
  private static final TemplateEngine TEMPLATES =
      TemplateEngine.createPrecompiled(
          null,
          ContentType.Html,
          ReportPage.class.getClassLoader(),
          "org.decodebench.reports.page.templates");

  /**
   * Writes {@code report.html} and {@code charts/} into a result folder.
   *
   * @return the page
   * @throws org.decodebench.core.UsageException if the folder holds no results
   */
  public static Path write(Path folder) {
    return write(folder, List.of(Ceiling.ACCELERATOR));
  }

  /**
   * The same.
   *
   * @param machines other ones, for which speeds are predicted
   */
  public static Path write(Path folder, List<Ceiling> machines) {
    PageBuilder page = new PageBuilder(groups(List.of(folder)), machines);
    for (Pictures.Picture picture : page.pictures()) {
      picture.write(folder.resolve("charts"));
    }
    String drafting = SpeculationChart.file(page.entries());
    if (!drafting.isEmpty()) {
      ResultFiles.write(
          folder.resolve("charts").resolve("speculation.svg"), out -> out.append(drafting));
    }
    Path file = folder.resolve(Results.REPORT_HTML);
    write(page, List.of(), file);
    return file;
  }

  /**
   * Writes one page about several result folders; the first is the one that the others are compared
   * with.
   */
  public static void write(List<Path> folders, Path file) {
    write(folders, file, List.of(Ceiling.ACCELERATOR));
  }

  /**
   * The same.
   *
   * @param machines other ones, for which speeds are predicted
   */
  public static void write(List<Path> folders, Path file, List<Ceiling> machines) {
    List<Entry.Group> groups = groups(folders);
    write(new PageBuilder(groups, machines), Verdicts.of(groups), file);
  }

  /** The short form: answer, table, machine. */
  public static String markdown(List<Path> folders) {
    List<Entry.Group> groups = groups(folders);
    return MarkdownReport.of(Entry.of(groups), groups.getFirst().results().environment());
  }

  private static List<Entry.Group> groups(List<Path> folders) {
    List<Entry.Group> groups = new ArrayList<>();
    for (Path folder : folders) {
      Results results = Results.read(folder);
      groups.add(new Entry.Group(tag(groups.size()), results, rows(results)));
    }
    return groups;
  }

  private static List<SummaryRow> rows(Results results) {
    String baseline = results.environment() == null ? null : results.environment().baseline();
    return Summary.of(results.records(), baseline);
  }

  /** A, B, …, Z, A2, … */
  private static String tag(int index) {
    return (char) ('A' + index % 26) + (index < 26 ? "" : Integer.toString(index / 26 + 1));
  }

  private static void write(PageBuilder builder, List<PageModel.Comparison> comparison, Path file) {
    render("page.jte", Map.of("page", builder.build(comparison)), file);
  }

  static void render(String template, Map<String, Object> parameters, Path file) {
    ResultFiles.write(file, out -> TEMPLATES.render(template, parameters, new WriterOutput(out)));
  }
}
