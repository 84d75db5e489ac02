package org.decodebench.reports.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Show;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The report of a JMH result: one self-contained page with a row a benchmark. */
public final class JmhPage {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>JMH benchmarks</title>
      <style>
      body { font: 15px system-ui, sans-serif; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid #8884; }
      .num { text-align: right; white-space: nowrap; }
      </style>
      </head>
      <body>
      """;

  private JmhPage() {}

  /** Whether a file may be what JMH writes with {@code -rf json}: an array. */
  public static boolean looksLikeOne(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (var in = Files.newInputStream(file)) {
      int c = in.read();
      while (c >= 0 && Character.isWhitespace(c)) {
        c = in.read();
      }
      return c == '[';
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * @throws UsageException if the file is no JMH result
   */
  public static void write(Path results, Path page) {
    String html = html(results);
    ResultFiles.write(page, out -> out.append(html));
  }

  static String html(Path results) {
    StringBuilder out = new StringBuilder(HEAD).append("<h1>JMH benchmarks</h1>\n");
    try {
      JsonNode root = Json.LINES.readTree(Files.readString(results));
      if (root.isEmpty() || !root.get(0).path("primaryMetric").isObject()) {
        throw notJmh(results);
      }
      JsonNode first = root.get(0);
      out.append("<p>")
          .append(
              escape(
                  "%d benchmarks, JMH %s, %s %s. Scores with the 99.9 %% interval over iterations of all forks; 'decodebench compare' takes forks as the unit."
                      .formatted(
                          root.size(),
                          first.path("jmhVersion").asString("?"),
                          first.path("vmName").asString("?"),
                          first.path("vmVersion").asString("?"))))
          .append("</p>\n<table><thead><tr><th>benchmark</th><th>parameters</th><th>mode</th>")
          .append("<th class=\"num\">score</th><th class=\"num\">error</th><th>unit</th>")
          .append("<th class=\"num\">forks</th></tr></thead><tbody>\n");
      for (JsonNode benchmark : root) {
        row(out, benchmark);
      }
    } catch (JacksonException e) {
      throw notJmh(results);
    } catch (IOException e) {
      throw new UsageException(results + ": cannot be read: " + e.getMessage(), e);
    }
    return out.append("</tbody></table>\n</body>\n</html>\n").toString();
  }

  private static void row(StringBuilder out, JsonNode benchmark) {
    JsonNode metric = benchmark.path("primaryMetric");
    StringBuilder parameters = new StringBuilder();
    for (Map.Entry<String, JsonNode> p : benchmark.path("params").properties()) {
      parameters.append(p.getKey()).append('=').append(p.getValue().asString("")).append(' ');
    }
    out.append("<tr>");
    cell(
        out,
        "",
        benchmark.path("benchmark").asString("?").replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1"));
    cell(out, "", parameters.toString().strip());
    cell(out, "", benchmark.path("mode").asString("?").toLowerCase(Locale.ROOT));
    cell(out, "num", Show.number(metric.path("score").asDouble(Double.NaN)));
    cell(out, "num", "± " + Show.number(metric.path("scoreError").asDouble(Double.NaN)));
    cell(out, "", metric.path("scoreUnit").asString(""));
    cell(out, "num", Integer.toString(benchmark.path("forks").asInt(0)));
    out.append("</tr>\n");
  }

  private static void cell(StringBuilder out, String css, String text) {
    out.append(css.isEmpty() ? "<td>" : "<td class=\"" + css + "\">")
        .append(escape(text))
        .append("</td>");
  }

  private static UsageException notJmh(Path file) {
    return new UsageException(
        file + ": not a JMH result; write one with 'decodebench jmh -rf json -rff FILE'");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
