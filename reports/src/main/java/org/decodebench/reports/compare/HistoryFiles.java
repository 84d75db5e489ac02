package org.decodebench.reports.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Entries of a history from result folders, and to and from JSON lines. */
public final class HistoryFiles {
  private HistoryFiles() {}

  /**
   * A result folder as an entry.
   *
   * @throws UsageException if it mixes machines or holds nothing that finished
   */
  public static History.Full entry(Path folder) {
    Results results = Results.read(folder);
    List<RunRecord> records = results.records();
    Subject.Group group = Subjects.of(folder.toString(), records);
    if (group.machineClasses().size() != 1) {
      throw new UsageException(
          "%s: runs of %d machine classes in one folder; an entry is one machine's"
              .formatted(folder, group.machineClasses().size()));
    }
    if (results.finished().isEmpty()) {
      throw new UsageException(folder + ": no run finished, so there is nothing to add");
    }
    RunRecord first = records.getFirst();
    return new History.Full(
        new History.Entry(
            0,
            hash(records),
            results.folder().toAbsolutePath().normalize().getFileName().toString(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            first.startedAt(),
            records.stream()
                .map(RunRecord::commit)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null),
            first.machineClass(),
            first.experiment()),
        group.subjects());
  }

  /** Of the records' content, so that a copied folder is the same source. */
  private static String hash(List<RunRecord> records) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (RunRecord r : records) {
        digest.update(Json.LINES.writeValueAsString(r).getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One line an entry; the file can be kept in version control and imported anywhere. */
  public static void export(History history, Path file) {
    ResultFiles.write(
        file,
        out -> {
          for (History.Entry e : history.entries()) {
            out.append(Json.LINES.writeValueAsString(line(e, history.subjects(e.entry()))));
            out.append('\n');
          }
        });
  }

  private static Map<String, Object> line(History.Entry e, List<Subject> subjects) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("schema_version", History.SCHEMA_VERSION);
    line.put("source", e.source());
    line.put("folder", e.folder());
    line.put("added_at", e.addedAt());
    line.put("started_at", e.startedAt());
    line.put("commit", e.commit());
    line.put("machine_class", e.machineClass());
    line.put("experiment", e.experiment());
    line.put("subjects", subjects.stream().map(HistoryFiles::line).toList());
    return line;
  }

  private static Map<String, Object> line(Subject s) {
    List<Map<String, Object>> figures = new ArrayList<>();
    s.values()
        .forEach((metric, values) -> {
          Map<String, Object> figure = new LinkedHashMap<>();
          figure.put("figure", metric.name());
          figure.put("label", metric.label());
          figure.put("unit", metric.unit());
          figure.put("higher_is_better", metric.higherIsBetter());
          figure.put("kind", metric.kind().name());
          figure.put("values", values);
          if (s.standardErrors().containsKey(metric.name())) {
            figure.put("standard_error", s.standardErrors().get(metric.name()));
          }
          figures.add(figure);
        });
    Map<String, Object> subject = new LinkedHashMap<>();
    subject.put("subject", s.key());
    subject.put("name", s.name());
    subject.put("context", s.context());
    subject.put("texts", s.texts());
    subject.put("outputs", s.outputs());
    subject.put("greedy", s.greedy());
    subject.put("failed", s.failed());
    subject.put("figures", figures);
    return subject;
  }

  /**
   * Adds what a file holds and the history does not.
   *
   * @return number of entries added
   * @throws UsageException for a damaged line or one of a newer version; nothing of the file is
   *     added then
   */
  public static int importInto(History history, Path file) {
    List<History.Full> entries = new ArrayList<>();
    int number = 0;
    try {
      for (String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank()) {
          entries.add(read(Json.LINES.readTree(line)));
        }
      }
    } catch (JacksonException | IllegalArgumentException e) {
      throw new UsageException(
          "%s, line %d: damaged, nothing was imported".formatted(file, number), e);
    } catch (UsageException e) {
      throw new UsageException("%s, line %d: %s".formatted(file, number, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (int) entries.stream().filter(e -> history.add(e).isPresent()).count();
  }

  private static History.Full read(JsonNode line) {
    int version = line.path("schema_version").asInt(0);
    if (version < 1 || version > History.SCHEMA_VERSION) {
      throw new UsageException(
          "schema_version %d; this DecodeBench reads 1 to %d"
              .formatted(version, History.SCHEMA_VERSION));
    }
    List<Subject> subjects = new ArrayList<>();
    line.path("subjects").forEach(s -> subjects.add(subject(s)));
    return new History.Full(
        new History.Entry(
            0,
            required(line, "source"),
            text(line, "folder"),
            required(line, "added_at"),
            text(line, "started_at"),
            text(line, "commit"),
            required(line, "machine_class"),
            text(line, "experiment")),
        subjects);
  }

  private static Subject subject(JsonNode s) {
    Map<Metric, double[]> values = new LinkedHashMap<>();
    Map<String, Double> errors = new LinkedHashMap<>();
    for (JsonNode f : s.path("figures")) {
      Metric metric =
          new Metric(
              required(f, "figure"),
              required(f, "label"),
              f.path("unit").asString(""),
              f.path("higher_is_better").asBoolean(),
              Metric.Kind.valueOf(required(f, "kind")));
      double[] measured = new double[f.path("values").size()];
      for (int i = 0; i < measured.length; i++) {
        measured[i] = f.path("values").get(i).asDouble();
      }
      values.put(metric, measured);
      if (f.path("standard_error").isNumber()) {
        errors.put(metric.name(), f.path("standard_error").asDouble());
      }
    }
    Set<String> outputs =
        s.path("outputs")
            .valueStream()
            .map(JsonNode::asString)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new Subject(
        required(s, "subject"),
        required(s, "name"),
        required(s, "context"),
        values,
        errors,
        s.path("texts").asInt(0),
        outputs,
        s.path("greedy").asBoolean(),
        s.path("failed").asInt(0));
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).isString() ? node.path(field).asString() : null;
  }

  private static String required(JsonNode node, String field) {
    String value = text(node, field);
    if (value == null) {
      throw new IllegalArgumentException("no " + field);
    }
    return value;
  }
}
