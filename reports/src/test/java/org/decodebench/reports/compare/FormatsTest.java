package org.decodebench.reports.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.decodebench.core.UsageException;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;

class FormatsTest {
  @TempDir Path folder;

  private static Comparison slower() {
    List<RunRecord> runs = new MadeUpResults(1).forks(4).records();
    List<RunRecord> after =
        runs.stream()
            .map(r -> {
              Map<String, Double> figures = new LinkedHashMap<>(r.figures());
              if (r.decoder().equals("ar")) {
                figures.computeIfPresent("tokens_per_s", (_, v) -> v / 1.5);
              }
              return MadeUpResults.with(r, figures);
            })
            .toList();
    return Gate.compare(Subjects.of("old", runs), Subjects.of("new", after), Gate.Options.of(0.05));
  }

  private static String of(Formats.Format format) {
    return Formats.of(format, slower());
  }

  @Test
  void markdownIsOneTableWithTheVerdictInBold() {
    String text = of(Formats.Format.MARKDOWN);
    List<String> table = text.lines().filter(l -> l.startsWith("|")).toList();
    assertTrue(table.size() > 20);
    for (String line : table) {
      assertEquals(8, line.replace("\\|", "").chars().filter(c -> c == '|').count(), line);
    }
    assertTrue(text.startsWith("**Regressed:** 1 regressed (ar)"), text);
    assertTrue(
        table.stream()
            .anyMatch(l -> l.startsWith("| ar | tokens/s |") && l.contains("**regressed**")));
    assertEquals("a\\|b &lt;i> c", Formats.cell("a|b <i>\nc"));
  }

  @Test
  void jsonHasEveryChangeWithItsInterval() {
    JsonNode root = Json.LINES.readTree(of(Formats.Format.JSON));
    assertTrue(root.path("regressed").asBoolean());
    JsonNode first = root.path("changes").get(0);
    assertEquals("tokens_per_s", first.path("figure").asString());
    assertEquals("regressed", first.path("verdict").asString());
    assertTrue(first.path("ratio_hi").asDouble() < 1 / 1.05);
  }

  @Test
  void bencherGetsOneValueAMeasureWithItsRange() {
    JsonNode root = Json.LINES.readTree(of(Formats.Format.BMF));
    JsonNode measure = root.properties().iterator().next().getValue().path("tokens_per_s");
    assertTrue(measure.path("lower_value").asDouble() <= measure.path("value").asDouble());
    assertTrue(measure.path("upper_value").asDouble() >= measure.path("value").asDouble());
  }

  /** That tool takes a direction for a whole file. */
  @Test
  void actionBenchmarkNeverMixesDirections() {
    JsonNode bigger = Json.LINES.readTree(of(Formats.Format.GITHUB_ACTION_BENCHMARK));
    JsonNode smaller = Json.LINES.readTree(of(Formats.Format.GITHUB_ACTION_BENCHMARK_SMALLER));
    assertTrue(bigger.size() > 5 && smaller.size() > 5);
    bigger.forEach(e ->
        assertTrue(
            e.path("name").asString().matches(".* (tokens_per_s|valid_share|acceptance_rate)"),
            e.path("name").asString()));
    smaller.forEach(e -> assertFalse(e.path("name").asString().contains("tokens_per_s")));
  }

  @Test
  void junitCountsItsFailures() throws Exception {
    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(of(Formats.Format.JUNIT).getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertEquals("1", suite.getAttribute("failures"));
    assertEquals(1, suite.getElementsByTagName("failure").getLength());
    assertEquals(
        suite.getAttribute("tests"),
        Integer.toString(suite.getElementsByTagName("testcase").getLength()));
  }

  @Test
  void githubGetsAnErrorForWhatRegressedAndASummary() throws Exception {
    Path summary = folder.resolve("summary.md");
    Files.writeString(summary, "before\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    GithubFiles.write(
        slower(), new PrintStream(out, true, StandardCharsets.UTF_8), summary.toString());
    String lines = out.toString(StandardCharsets.UTF_8);
    assertTrue(
        lines.lines().anyMatch(l -> l.startsWith("::error title=ar regressed::tokens/s ")), lines);
    assertTrue(lines.contains("5 %25"), "percent signs are escaped");
    String text = Files.readString(summary);
    assertTrue(text.startsWith("before\n### DecodeBench"), "appended");
  }

  @Test
  void sharesAreReadAsPeopleWriteThem() {
    assertEquals(0.05, Shares.parse("--threshold", "5%"), 1e-12);
    assertEquals(0.05, Shares.parse("--threshold", "0.05"), 1e-12);
    assertThrows(UsageException.class, () -> Shares.parse("--threshold", "five"));
    assertThrows(UsageException.class, () -> Shares.parse("--threshold", "-1%"));
    assertThrows(UsageException.class, () -> Formats.byName("xml"));
    assertThrows(UsageException.class, () -> Gate.checked(List.of("output_tokens")));
  }

  @Test
  void jmhResultsAreReadWithTheirDirection() throws Exception {
    String jmh =
        """
        [{"benchmark": "org.decodebench.Dot.vector", "mode": "%s", "threads": 1, "params": {"size": "1024"},
          "primaryMetric": {"score": 10.0, "scoreUnit": "%s", "rawData": [[%s], [%s], [%s]]}}]
        """;
    Path before =
        Files.writeString(
            folder.resolve("a.json"),
            jmh.formatted("avgt", "ns/op", "10,10.1,9.9", "10.2,10.1", "9.9,10"));
    Path after =
        Files.writeString(
            folder.resolve("b.json"),
            jmh.formatted("avgt", "ns/op", "20,20.1", "20.2,20.1", "19.9,20"));
    Comparison slower =
        Gate.compare(Subjects.read(before), Subjects.read(after), Gate.Options.of(0.05));
    assertEquals(Verdict.REGRESSED, slower.changes().getFirst().verdict());
    assertEquals(
        "org.decodebench.Dot.vector:size=1024", slower.changes().getFirst().subject().name());
    Comparison faster =
        Gate.compare(Subjects.read(after), Subjects.read(before), Gate.Options.of(0.05));
    assertEquals(Verdict.IMPROVED, faster.changes().getFirst().verdict());
    Path no = Files.writeString(folder.resolve("c.json"), "{\"a\": 1}");
    assertThrows(UsageException.class, () -> Subjects.read(no));
  }
}
