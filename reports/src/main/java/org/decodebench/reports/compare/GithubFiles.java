package org.decodebench.reports.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.decodebench.core.UsageException;

/** What GitHub Actions shows: annotations on standard output, Markdown in the step summary. */
public final class GithubFiles {
  private GithubFiles() {}

  /**
   * @param summary path of the step summary; null or empty outside of Actions
   */
  public static void write(Comparison comparison, PrintStream out, String summary) {
    out.print(Formats.of(Formats.Format.GITHUB_ANNOTATIONS, comparison));
    if (summary == null || summary.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          Path.of(summary),
          "### DecodeBench\n\n" + Formats.of(Formats.Format.MARKDOWN, comparison) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UsageException("GITHUB_STEP_SUMMARY: cannot write " + summary, e);
    }
  }
}
