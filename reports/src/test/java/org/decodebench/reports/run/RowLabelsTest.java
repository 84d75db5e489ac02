package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.result.TestRecords;
import org.decodebench.reports.stats.Summary;
import org.junit.jupiter.api.Test;

class RowLabelsTest {

  @Test
  void settingsOfOneDecoderAreToldApartByWhatDiffers() {
    Map<String, Double> figures = Map.of("tokens_per_s", 10.0);
    List<SummaryRow> rows =
        Summary.of(
            List.of(
                TestRecords.record("a", "ar", 1, "vector", figures),
                TestRecords.record("b", "ar", 1, "scalar", figures)),
            null);

    assertEquals(
        List.of("tales-ar ar, backend vector", "tales-ar ar, backend scalar"),
        rows.stream().map(row -> RowLabels.of(row, rows)).toList());
    assertEquals("tales-ar ar", RowLabels.of(rows.getFirst(), rows.subList(0, 1)));
  }
}
