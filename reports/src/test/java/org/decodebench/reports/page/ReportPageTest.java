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
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.roofline.Measured;
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
  void warningsOfManyRunsAreOneLine() throws IOException {
    assertEquals(List.of("it was not quiet: in all 21 runs"), warnings(_ -> true));
    List<String> lines = warnings(r -> !r.decoder().equals("ar"));
    assertEquals(List.of("it was not quiet: in 18 of 21 runs (all but ar × 3)"), lines);
    assertEquals(
        List.of("it was not quiet: in 3 of 21 runs (ar × 3)"),
        warnings(r -> r.decoder().equals("ar")));
  }

  private List<String> warnings(Predicate<RunRecord> noisy) throws IOException {
    List<RunRecord> records =
        new MadeUpResults(1)
            .records().stream()
                .map(r ->
                    noisy.test(r)
                        ? Json.LINES.readValue(
                            Json.LINES
                                .writeValueAsString(r)
                                .replace("\"warnings\":[]", "\"warnings\":[\"it was not quiet\"]"),
                            RunRecord.class)
                        : r)
                .toList();
    MadeUpResults.write(folder, records);
    Path file = folder.resolve("page.html");
    ReportPage.write(List.of(folder), file);
    return find(Files.readString(file), "<li>(it was not quiet[^<]*)");
  }

  @Test
  void draftingSaysWhereItsTimeGoesAndWhetherItPays() throws IOException {
    String section = page().replaceAll("(?s).*(<section id=\"drafting\">.*?</section>).*", "$1");
    for (String part :
        List.of(
            "speculative:draft=tales-draft,k=4",
            "90.0 % 80.0 % 70.0 % 60.0 %",
            "Leviathan",
            "<svg class=\"chart\"",
            "speed-up over ar in decode tokens/s")) {
      assertTrue(section.contains(part), part);
    }
    assertEquals(1, find(section, ">(pays|loses)<").size());
    ReportPage.write(new MadeUpResults(1).write(folder));
    String file = Files.readString(folder.resolve("charts").resolve("speculation.svg"));
    assertTrue(file.startsWith("<svg xmlns="), "a picture of its own");
  }

  @Test
  void theRooflineIsDrawnWhereTheMachineIsKnownAndErrorsWhereTheyWereWorkedOut()
      throws IOException {
    String chart = "(class=\"chart frontier roofline\")";
    assertEquals(List.of(), find(page(), chart), "nothing is known of the machine");
    var limits =
        new Limits(
            1,
            "2026-11-20T12:00:00Z",
            "here",
            "25",
            List.of(),
            new MachineLimits(
                "vector-256",
                List.of(
                    new MachineLimits.Bandwidth("L2", 1 << 20, 2, 200e9),
                    new MachineLimits.Bandwidth("memory", 1 << 28, 2, 20e9)),
                List.of(new MachineLimits.Peak(2, 300e9))));
    new MadeUpResults(1).write(folder);
    new Measured(Measured.SCHEMA_VERSION, limits, List.of()).write(folder);
    Files.writeString(
        folder.resolve("errors.csv"),
        """
        schema_version,source,length,model,decoder,forwards,sampler_tv,sampler_kl_nats,sampler_impossible,network_tv,network_kl_nats,cache_tv,total_tv,total_kl_nats,total_impossible
        1,"hmm:<b>",4,,"masked-diffusion:steps=1",1.00000,0.25000,0.1,0.02000,,,,,,
        """);
    Path file = folder.resolve("page.html");
    ReportPage.write(List.of(folder), file);
    String page = Files.readString(file);
    assertEquals(1, find(page, chart).size());
    assertTrue(page.contains("memory 20.0 GB/s") && page.contains("300 GFLOP/s"));
    assertTrue(page.contains("hmm:&lt;b&gt;, texts of 4 tokens, exact conditionals"));
    assertTrue(page.contains("0.250"));
    assertFalse(page.contains("Error against speed"), "speeds were not measured");
    Files.writeString(
        folder.resolve("errors.csv"),
        """
        schema_version,source,length,model,decoder,samples,forwards,tokens_per_s,sampler_sequence_error_rate,sampler_sequence_error_rate_low,sampler_sequence_error_rate_high,sampler_token_error_rate,network_sequence_error_rate,network_sequence_error_rate_low,network_sequence_error_rate_high,network_token_error_rate,cache_flipped_share,total_sequence_error_rate,total_sequence_error_rate_low,total_sequence_error_rate_high,total_token_error_rate
        1,"hmm",24,"m","masked-diffusion:steps=1",200,1.0,900.0,0.9,0.8,0.95,0.1,0.3,0.2,0.4,0.02,,0.92,0.9,0.95,0.12
        1,"hmm",24,"m","masked-diffusion:cache=dual",200,24.0,90.0,0.0,0,0.02,0,0.3,0.2,0.4,0.02,0.41,0.35,0.3,0.4,0.03
        """);
    ReportPage.write(List.of(folder), file);
    page = Files.readString(file);
    String figure =
        find(page, "(?s)(<svg [^>]*Error against speed: hmm, texts of 24 tokens, m.*?</svg>)")
            .getFirst();
    // Sampler, network and whole of both, the cache of one; and the four of the key.
    assertEquals(2 * 3 + 1 + 4, find(figure, "<path (d=\"[^\"]*\" transform)").size());
    assertTrue(figure.contains("masked-diffusion:cache=dual: cache 0.410"));
    String table = find(page, "(?s)<section id=\"errors\">.*?(<table.*?</table>)").getFirst();
    assertTrue(table.contains("tokens/s") && table.contains(">900"), table);
    assertTrue(table.contains("[0.800, 0.950]"), "the intervals of the shares");
    Files.writeString(folder.resolve(Measured.FILE), "{ damaged");
    Files.writeString(folder.resolve("errors.csv"), "another,file\n1,2\n");
    ReportPage.write(List.of(folder), file);
    assertEquals(List.of(), find(Files.readString(file), chart));
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
