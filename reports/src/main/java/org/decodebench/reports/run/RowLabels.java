package org.decodebench.reports.run;

import java.util.List;
import org.decodebench.reports.result.Apart;
import org.decodebench.reports.result.SummaryRow;

/** Names of settings in a terminal: model, decoder, and what else tells one from another. */
final class RowLabels {
  private RowLabels() {}

  static String of(SummaryRow row, List<SummaryRow> among) {
    StringBuilder label = new StringBuilder(row.model()).append(' ').append(row.decoder());
    Apart.parts(row, among).forEach(part -> label.append(", ").append(part));
    return label.toString();
  }
}
