package org.decodebench.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.stats.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerTest {
  @TempDir private Path temp;

  @Test
  void theFastestAtEqualQualityThenTheFastestAtAny() {
    List<String> answer = Answer.of(entries("certain", new MadeUpResults(1)));

    assertEquals(2, answer.size());
    String first = answer.get(0);
    assertTrue(
        first.startsWith("At equal quality the fastest is speculative:draft=tales-draft,k=4: "),
        first);
    assertTrue(first.contains(" tokens/s") && first.contains("× as fast, 95 % interval "), first);
    String second = answer.get(1);
    assertTrue(
        second.startsWith("At any quality the fastest is masked-diffusion:steps=4: "), second);
    assertTrue(second.contains("at the price of NLL 3.2"), second);
  }

  /**
   * The forks scatter by as much as the settings differ, so that some seeds decide and some not.
   */
  @Test
  void aTieIsSaidWhereTheIntervalDoesNotExcludeIt() {
    int ties = 0;
    int winners = 0;
    for (int seed = 1; seed <= 40; seed++) {
      List<RunRecord> all = new MadeUpResults(seed).scatter(0.35).records();
      List<RunRecord> two = all.stream().filter(r -> r.model().equals("tales-ar")).toList();
      MadeUpResults.write(temp.resolve("seed" + seed), two);
      List<Entry> entries = entries(Results.read(temp.resolve("seed" + seed)), two);
      String first = Answer.of(entries).getFirst();
      Estimate ratio = entries.get(1).row().ratio(Figure.HEADLINE);
      if (!first.contains("speculative")) {
        continue;
      }
      boolean tie = ratio.lo() <= 1;
      assertEquals(tie, first.contains("does not exclude a tie"), first + ratio);
      assertEquals(!tie, first.startsWith("At equal quality the fastest is"), first + ratio);
      ties += tie ? 1 : 0;
      winners += tie ? 0 : 1;
    }
    assertTrue(ties > 0 && winners > 0, ties + " ties, " + winners + " winners");
  }

  @Test
  void oneForkHasNoInterval() {
    String first = Answer.of(entries("one", new MadeUpResults(1).forks(1))).getFirst();

    assertTrue(first.endsWith("× as fast."), first);
  }

  @Test
  void whatAllDecodersShareIsLeftOutOfTheirNames() {
    Results results = Results.read(new MadeUpResults(1).write(temp.resolve("shared")));
    var rows =
        Summary.of(
            results.records().stream()
                .filter(r -> r.decoder().startsWith("masked-diffusion"))
                .map(r ->
                    Json.LINES.readValue(
                        Json.LINES
                            .writeValueAsString(r)
                            .replace("diffusion:steps", "diffusion:temperature=1,steps"),
                        RunRecord.class))
                .toList(),
            null);

    List<Entry> entries = Entry.of(List.of(new Entry.Group("A", results, rows)));

    assertEquals("masked-diffusion:steps=64", entries.getFirst().label());
    assertEquals("masked-diffusion:temperature=1,steps=64", entries.getFirst().full());
  }

  private List<Entry> entries(String name, MadeUpResults made) {
    Results results = Results.read(made.write(temp.resolve(name)));
    return entries(results, results.records());
  }

  private static List<Entry> entries(Results results, List<RunRecord> records) {
    return Entry.of(List.of(new Entry.Group("A", results, Summary.of(records, "tales-ar ar"))));
  }
}
