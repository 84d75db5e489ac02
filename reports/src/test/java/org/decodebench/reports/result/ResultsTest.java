package org.decodebench.reports.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  @TempDir Path folder;

  private final RunRecord record =
      TestRecords.record(
          "s1", "ar", 1, Map.of("ttft_ms", 1.5, "perplexity_se", Double.NaN, "nfe_per_token", 1.0));

  @Test
  void figuresStandFlatBesideTheOtherFieldsAndNanIsNull() {
    String json = Json.LINES.writeValueAsString(record);

    assertTrue(json.contains("\"schema_version\":1"), json);
    assertTrue(json.contains("\"ttft_ms\":1.5"), json);
    assertTrue(json.contains("\"perplexity_se\":null"), json);
    assertTrue(json.contains("\"status\":\"ok\""), json);
  }

  @Test
  void recordsComeBackAsTheyWere() throws IOException {
    write(Json.LINES.writeValueAsString(record) + "\n");

    Results results = Results.read(folder);

    assertEquals(List.of(record), results.records());
    assertTrue(Double.isNaN(results.records().getFirst().figure("perplexity_se")));
    assertTrue(Double.isNaN(results.records().getFirst().figure("tpot_ms")));
  }

  @Test
  void aLastLineCutShortIsLeftOutAndNoted() throws IOException {
    String line = Json.LINES.writeValueAsString(record);
    write(line + "\n" + line.substring(0, line.length() / 2));

    Results results = Results.read(folder);

    assertEquals(1, results.records().size());
    assertTrue(results.problems().getFirst().contains("line 2"), results.problems().toString());
  }

  @Test
  void aDamagedLineInTheMiddleIsNamed() throws IOException {
    String line = Json.LINES.writeValueAsString(record);
    write(line + "\n{\"run_id\": oops}\n" + line + "\n");

    var e = assertThrows(UsageException.class, () -> Results.read(folder));

    assertTrue(e.getMessage().contains("runs.jsonl, line 2"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void aNewerSchemaIsRefusedAndAnUnknownFieldIsNot() throws IOException {
    String line = Json.LINES.writeValueAsString(record);
    write(line.replace("\"schema_version\":1", "\"schema_version\":9") + "\n");
    var e = assertThrows(UsageException.class, () -> Results.read(folder));
    assertTrue(e.getMessage().contains("newer"), e.getMessage());

    write(
        line.replace("\"order\":1", "\"order\":1,\"later_figure\":2.5,\"later_note\":\"x\"")
            + "\n");
    assertEquals(2.5, Results.read(folder).records().getFirst().figure("later_figure"));
  }

  @Test
  void aTraceComesBackAsItWas() throws IOException {
    Trace trace =
        new Trace(
            new Trace.Header(1, "s1", "tales-ar", "ar", 0, "a <b>", List.of("a", " <b>"), 8),
            List.of(
                new Trace.Prefilled(0.5),
                new Trace.Drafted(0.6, 0, 0, List.of(7, 8), List.of(" x", " y")),
                new Trace.Committed(1.0, 0, List.of(0), List.of(7), List.of(" x"), false)),
            new Trace.End(1.5, List.of(7), List.of(" x"), " x", "length", List.of(Double.NaN)));
    write("");
    ResultFiles.write(folder, "s1", List.of(trace, trace));

    assertEquals(Map.of("s1", List.of(trace, trace)), Results.read(folder).traces());
  }

  @Test
  void noResultsIsAUsageError() {
    var e = assertThrows(UsageException.class, () -> Results.read(folder.resolve("nothing")));
    assertTrue(e.getMessage().contains("decodebench run"), e.getMessage());
  }

  private void write(String text) throws IOException {
    Files.writeString(folder.resolve(Results.RUNS_JSONL), text);
  }
}
