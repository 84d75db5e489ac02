package org.decodebench.training;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
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
  private final NavigableMap<Long, Double> losses = new TreeMap<>();
  private final long start = System.nanoTime();
  private double elapsedBefore;
  private double lastElapsed;
  private long lastTokens;

  TrainingLog(Path file, long step) throws IOException {
    List<CSVRecord> kept = step == 0 || !Files.exists(file) ? List.of() : rows(file, step);
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try (CSVPrinter fresh = new CSVPrinter(Files.newBufferedWriter(temporary), FORMAT)) {
      for (CSVRecord row : kept) {
        fresh.printRecord(row);
        losses.put(
            Long.parseLong(row.get("step")), Double.parseDouble(row.get("nll_nats_per_token")));
        elapsedBefore = Double.parseDouble(row.get("elapsed_s"));
        lastTokens = Long.parseLong(row.get("tokens"));
      }
    }
    lastElapsed = elapsedBefore;
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Writer append = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    printer =
        new CSVPrinter(
            new BufferedWriter(append), FORMAT.builder().setSkipHeaderRecord(true).get());
  }

  /** Seconds that this run took, its earlier parts included. */
  double elapsedSeconds() {
    return elapsedBefore + (System.nanoTime() - start) * 1e-9;
  }

  /** Mean of the logged losses after a step. */
  double meanAfter(long step) {
    return losses.tailMap(step, false).values().stream()
        .mapToDouble(loss -> loss)
        .average()
        .orElse(Double.NaN);
  }

  /**
   * @param nll mean since the last row, nats a text token
   * @param heldOut NaN where it was not measured
   */
  void row(Trainer.Report report, double nll, double heldOut) throws IOException {
    double elapsed = elapsedSeconds();
    printer.printRecord(
        1,
        report.step(),
        report.tokens(),
        "%.5f".formatted(nll),
        Double.isNaN(heldOut) ? "" : "%.5f".formatted(heldOut),
        "%.4e".formatted(report.rate()),
        "%.4f".formatted(report.gradientNorm()),
        "%.0f".formatted((report.tokens() - lastTokens) / (elapsed - lastElapsed)),
        "%.1f".formatted(elapsed));
    printer.flush();
    losses.put(report.step(), nll);
    lastElapsed = elapsed;
    lastTokens = report.tokens();
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
