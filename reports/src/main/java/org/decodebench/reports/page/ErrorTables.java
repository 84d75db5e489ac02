package org.decodebench.reports.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.run.ErrorFigure;

/**
 * The parts of samplers' errors that {@code decodebench errors --csv FOLDER/errors.csv} left in a
 * result folder, as tables and figures: enumerated or estimated ones.
 */
final class ErrorTables {
  private static final String SPEED = "tokens_per_s";

  private ErrorTables() {}

  /**
   * @param error what the parts measure
   * @param columns that are shown, with their headings
   * @param parts columns of the sampler's, the network's, the cache's and the whole error
   */
  private record Kind(String error, Map<String, String> columns, List<String> parts) {

    private static final Kind ENUMERATED =
        new Kind(
            "total variation",
            ordered(
                "forwards", "forwards",
                "sampler_tv", "sampler",
                "network_tv", "network",
                "cache_tv", "cache",
                "total_tv", "total",
                "total_impossible", "impossible"),
            List.of("sampler_tv", "network_tv", "cache_tv", "total_tv"));

    private static final Kind ESTIMATED =
        new Kind(
            "share of impossible texts (cache: of changed tokens)",
            ordered(
                "forwards", "forwards",
                "sampler_sequence_error_rate", "sampler",
                "network_sequence_error_rate", "network",
                "cache_flipped_share", "cache: changed tokens",
                "total_sequence_error_rate", "total",
                "total_token_error_rate", "impossible tokens"),
            List.of(
                "sampler_sequence_error_rate",
                "network_sequence_error_rate",
                "cache_flipped_share",
                "total_sequence_error_rate"));

    private static Map<String, String> ordered(String... pairs) {
      Map<String, String> map = new LinkedHashMap<>();
      for (int i = 0; i < pairs.length; i += 2) {
        map.put(pairs[i], pairs[i + 1]);
      }
      return map;
    }

    static Optional<Kind> of(List<String> header) {
      return Stream.of(ENUMERATED, ESTIMATED)
          .filter(kind -> header.containsAll(kind.columns.keySet()) && header.contains("decoder"))
          .findFirst();
    }
  }

  static List<PageModel.Errors> of(List<Entry.Group> groups) {
    List<PageModel.Errors> tables = new ArrayList<>();
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
  private static List<PageModel.Errors> read(Path file) {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    Map<String, List<CSVRecord>> tables = new LinkedHashMap<>();
    try (CSVParser csv = CSVParser.parse(file, java.nio.charset.StandardCharsets.UTF_8, format)) {
      Optional<Kind> kind = Kind.of(csv.getHeaderNames());
      if (kind.isEmpty()) {
        return List.of();
      }
      for (CSVRecord r : csv) {
        String name =
            "%s, texts of %s tokens%s"
                .formatted(
                    r.get("source"),
                    r.get("length"),
                    r.get("model").isEmpty() ? ", exact conditionals" : ", " + r.get("model"));
        tables.computeIfAbsent(name, _ -> new ArrayList<>()).add(r);
      }
      return tables.entrySet().stream()
          .map(t -> errors(t.getKey(), kind.get(), t.getValue()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PageModel.Errors errors(String name, Kind kind, List<CSVRecord> records) {
    boolean timed = records.getFirst().isMapped(SPEED);
    List<String> headings = new ArrayList<>(List.of("decoder"));
    if (timed) {
      headings.add("tokens/s");
    }
    headings.addAll(kind.columns.values());
    List<List<PageModel.Cell>> rows = new ArrayList<>();
    List<ErrorFigure.Point> points = new ArrayList<>();
    for (CSVRecord r : records) {
      List<PageModel.Cell> cells = new ArrayList<>(List.of(Tables.text(r.get("decoder"), "")));
      if (timed) {
        cells.add(cell(r, SPEED));
      }
      kind.columns.keySet().forEach(c -> cells.add(cell(r, c)));
      rows.add(cells);
      point(kind, r).ifPresent(points::add);
    }
    String figure = points.isEmpty() ? "" : ErrorFigure.inline(name, kind.error, points);
    return new PageModel.Errors(name, figure, Tables.of(headings, rows));
  }

  private static Optional<ErrorFigure.Point> point(Kind kind, CSVRecord r) {
    if (!r.isMapped(SPEED) || r.get(SPEED).isEmpty()) {
      return Optional.empty();
    }
    List<OptionalDouble> parts = kind.parts.stream().map(c -> number(r.get(c))).toList();
    return Optional.of(
        new ErrorFigure.Point(
            r.get("decoder"),
            Double.parseDouble(r.get(SPEED)),
            parts.get(0),
            parts.get(1),
            parts.get(2),
            parts.get(3)));
  }

  private static OptionalDouble number(String value) {
    return value.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(value));
  }

  /** With its 95 % interval where the file has one. */
  private static PageModel.Cell cell(CSVRecord r, String column) {
    String value = r.get(column);
    if (value.isEmpty()) {
      return new PageModel.Cell(Show.NONE, "", "");
    }
    String low = column + "_low";
    String interval =
        r.isMapped(low)
            ? "[%s, %s]".formatted(shown(r.get(low)), shown(r.get(column + "_high")))
            : "";
    return new PageModel.Cell(shown(value), interval, value);
  }

  private static String shown(String value) {
    return value.equals("inf") ? "∞" : Show.number(Double.parseDouble(value));
  }
}
