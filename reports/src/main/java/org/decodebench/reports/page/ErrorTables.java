package org.decodebench.reports.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.decodebench.reports.result.Show;

/**
 * The parts of samplers' errors that {@code decodebench errors --csv FOLDER/errors.csv} left in a
 * result folder, as tables.
 */
final class ErrorTables {
  private ErrorTables() {}

  /** Columns that are shown, with their headings. */
  private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("forwards", "forwards");
    COLUMNS.put("sampler_tv", "sampler");
    COLUMNS.put("network_tv", "network");
    COLUMNS.put("cache_tv", "cache");
    COLUMNS.put("total_tv", "total");
    COLUMNS.put("total_impossible", "impossible");
  }

  static List<PageModel.Named> of(List<Entry.Group> groups) {
    List<PageModel.Named> tables = new ArrayList<>();
    for (Entry.Group g : groups) {
      for (Path file : files(g.results().folder())) {
        tables.addAll(read(file));
      }
    }
    return tables;
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("errors.*\\.csv"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A table for each source, length and model; a file of another kind gives none. */
  private static List<PageModel.Named> read(Path file) {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    Map<String, List<List<PageModel.Cell>>> rows = new LinkedHashMap<>();
    try (CSVParser csv = CSVParser.parse(file, java.nio.charset.StandardCharsets.UTF_8, format)) {
      if (!csv.getHeaderNames().containsAll(COLUMNS.keySet())
          || !csv.getHeaderNames().contains("decoder")) {
        return List.of();
      }
      for (CSVRecord r : csv) {
        String name =
            "%s, texts of %s tokens%s"
                .formatted(
                    r.get("source"),
                    r.get("length"),
                    r.get("model").isEmpty() ? ", exact conditionals" : ", " + r.get("model"));
        List<PageModel.Cell> cells = new ArrayList<>(List.of(Tables.text(r.get("decoder"), "")));
        COLUMNS.keySet().forEach(c -> cells.add(cell(r.get(c))));
        rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(cells);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> headings = new ArrayList<>(List.of("decoder"));
    headings.addAll(COLUMNS.values());
    return rows.entrySet().stream()
        .map(t -> new PageModel.Named(t.getKey(), Tables.of(headings, t.getValue())))
        .toList();
  }

  private static PageModel.Cell cell(String value) {
    return new PageModel.Cell(value.isEmpty() ? Show.NONE : value, "", value);
  }
}
