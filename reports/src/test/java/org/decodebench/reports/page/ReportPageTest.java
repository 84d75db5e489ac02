package org.decodebench.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  @TempDir Path folder;

  private static String page;

  private static synchronized String page() throws IOException {
    if (page == null) {
      Path folder = Files.createTempDirectory("report");
      page = render(new MadeUpResults(1), folder);
    }
    return page;
  }

  private static String render(MadeUpResults results, Path folder) throws IOException {
    Path file = folder.resolve("page.html");
    ReportPage.write(List.of(results.write(folder)), file);
    return Files.readString(file);
  }

  @Test
  void nothingOnThePagePointsOutside() throws IOException {
    String page = page().replaceAll("(?s)<script>.*?</script>", "");
    for (String reference :
        find(page, "\\s(?:src|href|action|data|poster)\\s*=\\s*[\"']?([^\"' >]*)")) {
      assertTrue(reference.startsWith("#"), reference);
    }
    assertEquals(List.of(), find(page, "(@import|url\\((?!#)[^)]*\\))"));
    assertEquals(
        List.of(), find(page, "(\\sstyle=)"), "style attributes are forbidden by the policy");
    assertEquals(List.of(), find(page, "(\\son[a-z]+=)"), "handlers are forbidden by the policy");
  }

  @Test
  void thePolicyHoldsTheHashesOfStyleAndScript() throws IOException {
    String page = page();
    String policy =
        find(page, "Content-Security-Policy\" content=\"([^\"]*)\"")
            .getFirst()
            .replace("&#39;", "'");
    assertTrue(policy.startsWith("default-src 'none';"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    for (String element : List.of("style", "script")) {
      List<String> contents = find(page, "(?s)<" + element + ">(.*?)</" + element + ">");
      assertEquals(1, contents.size());
      assertTrue(policy.contains("'" + Assets.hash(contents.getFirst()) + "'"), element);
    }
  }

  @Test
  void aPromptWithMarkupStaysText() throws IOException {
    String evil = "<script>alert(1)</script> \"quoted\" 'single' </script><!-- & -->";
    String page = render(new MadeUpResults(1).prompt(evil), folder);
    assertFalse(page.contains("<script>alert"), "in the text");
    assertFalse(page.contains("</script><!--"), "in the data of the replay");
    assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assertEquals(2, find(page, "(<script)").size(), "the data of the replay, and the script");
  }

  @Test
  void everySettingHasAMarkARowAndItsBars() throws IOException {
    String page = page();
    assertEquals(7, find(page, "(<tr data-setting=\"s\\d\")").size() / 2, "summary and cost");
    assertEquals(
        7, new HashSet<>(find(page, "class=\"pt [^\"]*\" data-setting=\"(s\\d)\"")).size());
    assertTrue(find(page, "(<svg class=\"chart)").size() >= 8);
    assertTrue(page.contains("nelbo"), "a bound is labelled as one");
  }

  @Test
  void idsOnThePageAreUnique() throws IOException {
    List<String> ids = find(page(), "\\sid=\"([^\"]*)\"");
    assertEquals(ids.size(), new HashSet<>(ids).size(), ids::toString);
  }

  @Test
  void chartsAreAlsoFiles() throws IOException {
    ReportPage.write(new MadeUpResults(1).write(folder));
    List<String> names = new ArrayList<>();
    try (var files = Files.list(folder.resolve("charts"))) {
      files.forEach(f -> names.add(f.getFileName().toString()));
    }
    assertTrue(
        names.containsAll(
            List.of(
                "tokens_per_s.svg", "tokens_per_s.png", "phases.svg", "latency_distribution.png")),
        names::toString);
    String svg = Files.readString(folder.resolve("charts/tokens_per_s.svg"));
    assertTrue(svg.contains(">ar</text>"), "text stays text");
    assertFalse(svg.contains("style="));
  }

  private static List<String> find(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult m) -> m.group(1))
        .toList();
  }
}
