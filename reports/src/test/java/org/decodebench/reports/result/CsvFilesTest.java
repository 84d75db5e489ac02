package org.decodebench.reports.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.decodebench.reports.stats.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFilesTest {
  @TempDir Path folder;

  @Test
  void noCellStartsAFormula() throws IOException {
    RunRecord evil = TestRecords.record("s", "=cmd|' /C calc'!A1", 1, Map.of("ttft_ms", -1.5));
    CsvFiles.runs(folder, List.of(evil));

    CSVRecord row = read(Results.RUNS_CSV).getFirst();
    assertEquals("'=cmd|' /C calc'!A1", row.get("decoder"));
    assertEquals("-1.5", row.get("ttft_ms"), "a negative number is a number");
    for (String start : List.of("=", "+", "-", "@", "\t", "\r")) {
      assertEquals("'" + start + "1", CsvFiles.cell(start + "1"));
    }
  }

  @Test
  void unknownFiguresAreEmptyCells() throws IOException {
    RunRecord r = TestRecords.record("s", "ar", 1, Map.of("perplexity_se", Double.NaN));
    CsvFiles.runs(folder, List.of(r));

    CSVRecord row = read(Results.RUNS_CSV).getFirst();
    assertEquals("", row.get("perplexity_se"));
    assertEquals("", row.get("acceptance_rate"));
    assertEquals("", row.get("error"));
    assertFalse(Files.readString(folder.resolve(Results.RUNS_CSV)).contains("NaN"));
  }

  @Test
  void summaryHasMediansIntervalsAndRatios() throws IOException {
    List<RunRecord> records =
        List.of(
            TestRecords.record("a", "ar", 1, Map.of("tokens_per_s", 100.0)),
            TestRecords.record("b", "speculative:k=4", 1, Map.of("tokens_per_s", 210.0)),
            TestRecords.record("a", "ar", 2, Map.of("tokens_per_s", 110.0)),
            TestRecords.record("b", "speculative:k=4", 2, Map.of("tokens_per_s", 220.0)),
            TestRecords.record("a", "ar", 3, Map.of("tokens_per_s", 105.0)),
            TestRecords.record("b", "speculative:k=4", 3, Map.of("tokens_per_s", 230.0)));
    CsvFiles.summary(folder, Summary.of(records, "tales-ar ar"));

    List<CSVRecord> rows = read(Results.SUMMARY_CSV);
    assertEquals(2, rows.size());
    CSVRecord b = rows.get(1);
    assertEquals("speculative:k=4", b.get("decoder"));
    assertEquals(220.0, Double.parseDouble(b.get("tokens_per_s")));
    assertEquals(210.0, Double.parseDouble(b.get("tokens_per_s_lo")));
    assertEquals(230.0, Double.parseDouble(b.get("tokens_per_s_hi")));
    assertEquals("3", b.get("tokens_per_s_n"));
    assertEquals(220.0 / 105, Double.parseDouble(b.get("tokens_per_s_ratio")), 1e-12);
    assertTrue(Double.parseDouble(b.get("tokens_per_s_ratio_lo")) < 2.1);
    assertEquals("true", rows.get(0).get("baseline"));
    for (Figure f : Figure.all()) {
      assertTrue(rows.get(0).isMapped(f.name()), f.name());
    }
  }

  @Test
  void aHundredThousandRecordsAreReadAndSummarised() throws IOException {
    String line =
        Json.LINES.writeValueAsString(TestRecords.record("S", "ar", 1, Map.of("ttft_ms", 1.5)));
    try (var out = Files.newBufferedWriter(folder.resolve(Results.RUNS_JSONL))) {
      for (int i = 0; i < 100_000; i++) {
        String setting = "s" + i % 200;
        String id = line.replace("\"S-f1\"", '"' + setting + "-f" + i + '"');
        String figure = id.replace("\"ttft_ms\":1.5", "\"ttft_ms\":" + i);
        out.append(figure.replace("\"setting\":\"S\"", "\"setting\":\"" + setting + '"'));
        out.append('\n');
      }
    }

    List<RunRecord> records = Results.read(folder).records();
    assertEquals(100_000, records.size());
    assertEquals(200, Summary.of(records, null).size());
  }

  private List<CSVRecord> read(String file) throws IOException {
    try (Reader in = Files.newBufferedReader(folder.resolve(file))) {
      return CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .get()
          .parse(in)
          .getRecords();
    }
  }
}
