package org.decodebench.reports.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.WriterOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;

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
    PageBuilder page = builder(List.of(folder));
    for (Pictures.Picture picture : page.pictures()) {
      picture.write(folder.resolve("charts"));
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
    write(builder(folders), List.of(), file);
  }

  private static PageBuilder builder(List<Path> folders) {
    List<Entry.Group> groups = new ArrayList<>();
    for (Path folder : folders) {
      Results results = Results.read(folder);
      groups.add(new Entry.Group(tag(groups.size()), results, Interim.rows(results)));
    }
    return new PageBuilder(groups);
  }

  /** A, B, …, Z, A2, … */
  private static String tag(int index) {
    return (char) ('A' + index % 26) + (index < 26 ? "" : Integer.toString(index / 26 + 1));
  }

  private static void write(PageBuilder builder, List<PageModel.Comparison> comparison, Path file) {
    PageModel model = builder.build(comparison);
    ResultFiles.write(file, out -> TEMPLATES.render("page.jte", model, new WriterOutput(out)));
  }
}
