package org.decodebench.training;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/**
 * {@code training.csv}: one row an interval, flushed; a resumed run drops the rows after its
 * checkpoint.
 */
final class TrainingLog implements AutoCloseable {
  private static final CSVFormat FORMAT =
      CSVFormat.DEFAULT
          .builder()
          .setHeader(
              "schema_version",
              "step",
              "tokens",
              "nll_nats_per_token",
              "held_out_nll_nats_per_token",
              "learning_rate",
              "gradient_norm",
              "tokens_per_s",
              "elapsed_s")
          .setRecordSeparator('\n')
          .get();

  private final CSVPrinter printer;
  private double elapsedBefore;

  TrainingLog(Path file, long step) throws IOException {
    List<CSVRecord> kept = step == 0 || !Files.exists(file) ? List.of() : rows(file, step);
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try (CSVPrinter fresh = new CSVPrinter(Files.newBufferedWriter(temporary), FORMAT)) {
      for (CSVRecord row : kept) {
        fresh.printRecord(row);
        elapsedBefore = Double.parseDouble(row.get("elapsed_s"));
      }
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Writer append = Files.newBufferedWriter(file, java.nio.file.StandardOpenOption.APPEND);
    printer =
        new CSVPrinter(
            new BufferedWriter(append), FORMAT.builder().setSkipHeaderRecord(true).get());
  }

  /** Seconds that earlier parts of this run took. */
  double elapsedBefore() {
    return elapsedBefore;
  }

  /**
   * @param heldOut NaN where it was not measured
   */
  void row(
      Trainer.Report report, double nll, double heldOut, double tokensPerSecond, double elapsed)
      throws IOException {
    printer.printRecord(
        1,
        report.step(),
        report.tokens(),
        "%.5f".formatted(nll),
        Double.isNaN(heldOut) ? "" : "%.5f".formatted(heldOut),
        "%.4e".formatted(report.rate()),
        "%.4f".formatted(report.gradientNorm()),
        "%.0f".formatted(tokensPerSecond),
        "%.1f".formatted(elapsed));
    printer.flush();
  }

  private static List<CSVRecord> rows(Path file, long step) throws IOException {
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = FORMAT.builder().setSkipHeaderRecord(true).get().parse(reader)) {
      return parser.stream().filter(r -> Long.parseLong(r.get("step")) <= step).toList();
    }
  }

  @Override
  public void close() throws IOException {
    printer.close();
  }
}
