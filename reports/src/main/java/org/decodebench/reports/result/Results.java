package org.decodebench.reports.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A result folder as read back. The records are the truth; everything else is made from them.
 *
 * @param folder where it lies
 * @param records one a run, in file order; of two with the same run id the later counts
 * @param environment null if the file is missing
 * @param traces by setting
 * @param problems what was passed over while reading, for the user to see (a last line cut short by
 *     a kill)
 */
public record Results(
    Path folder,
    List<RunRecord> records,
    Environment environment,
    Map<String, List<Trace>> traces,
    List<String> problems) {

  public static final String RUNS_JSONL = "runs.jsonl";
  public static final String RUNS_CSV = "runs.csv";
  public static final String SUMMARY_CSV = "summary.csv";
  public static final String ENVIRONMENT_JSON = "environment.json";
  public static final String REPORT_HTML = "report.html";
  public static final String TRACES = "traces";

  /** Records that ended well. */
  public List<RunRecord> finished() {
    return records.stream().filter(RunRecord::ok).toList();
  }

  /**
   * Reads a result folder, or a {@code runs.jsonl} alone.
   *
   * @throws UsageException if there are no results, a line is damaged (other than a last line cut
   *     short), or the file was written by a newer version
   */
  public static Results read(Path path) {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Path file = Files.isDirectory(path) ? path.resolve(RUNS_JSONL) : path;
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "no results in %s: expected a result folder of 'decodebench run' with %s"
              .formatted(path, RUNS_JSONL));
    }
    List<String> problems = new ArrayList<>();
    List<RunRecord> records = readRecords(file, problems);
    boolean whole = Files.isDirectory(path);
    return new Results(
        folder,
        List.copyOf(records),
        whole ? readEnvironment(folder) : null,
        whole ? readTraces(folder, problems) : Map.of(),
        List.copyOf(problems));
  }

  /** Records of a {@code runs.jsonl}; a last line without its newline is left out and noted. */
  public static List<RunRecord> readRecords(Path file, List<String> problems) {
    Map<String, RunRecord> byId = new LinkedHashMap<>();
    eachLine(
        file,
        problems,
        node -> {
          RunRecord record = Json.LINES.treeToValue(onlyKnown(node), RunRecord.class);
          if (record.runId() == null || record.setting() == null || record.decoder() == null) {
            throw new UsageException("a run needs run_id, setting and decoder");
          }
          byId.put(record.runId(), record);
        });
    return new ArrayList<>(byId.values());
  }

  private static final Set<String> FIELDS =
      Stream.of(RunRecord.class.getRecordComponents())
          .map(c -> snakeCase(c.getName()))
          .collect(Collectors.toUnmodifiableSet());

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /** Without fields of other versions, except numbers, which are figures. */
  private static JsonNode onlyKnown(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object
          .properties()
          .removeIf(field ->
              !FIELDS.contains(field.getKey())
                  && !field.getValue().isNumber()
                  && !field.getValue().isNull());
    }
    return node;
  }

  /** Null if the folder has none. */
  public static Environment readEnvironment(Path folder) {
    Path file = folder.resolve(ENVIRONMENT_JSON);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      JsonNode node = Json.LINES.readTree(Files.readString(file));
      checkVersion(file.toString(), node);
      return Json.LINES.treeToValue(node, Environment.class);
    } catch (IOException | JacksonException e) {
      throw new UsageException(file + ": cannot be read: " + oneLine(e), e);
    }
  }

  private static Map<String, List<Trace>> readTraces(Path folder, List<String> problems) {
    Path traces = folder.resolve(TRACES);
    if (!Files.isDirectory(traces)) {
      return Map.of();
    }
    Map<String, List<Trace>> all = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(traces)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        for (Trace trace : readTrace(file, problems)) {
          all.computeIfAbsent(trace.header().setting(), s -> new ArrayList<>()).add(trace);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static List<Trace> readTrace(Path file, List<String> problems) {
    List<Trace> traces = new ArrayList<>();
    TraceBuilder open = new TraceBuilder(traces);
    eachLine(file, problems, node -> open.add(Json.LINES.treeToValue(node, Trace.Line.class)));
    return traces;
  }

  /** Puts the lines of a trace file together. */
  private static final class TraceBuilder {
    private final List<Trace> out;
    private Trace.Header header;
    private List<Trace.Event> events = new ArrayList<>();

    TraceBuilder(List<Trace> out) {
      this.out = out;
    }

    void add(Trace.Line line) {
      if (!(line instanceof Trace.Header) && header == null) {
        throw new UsageException("an event before the header");
      }
      switch (line) {
        case Trace.Header h -> {
          header = h;
          events = new ArrayList<>();
        }
        case Trace.Event event -> events.add(event);
        case Trace.End end -> {
          out.add(new Trace(header, List.copyOf(events), end));
          header = null;
        }
      }
    }
  }

  private static void eachLine(Path file, List<String> problems, Consumer<JsonNode> use) {
    int number = 0;
    try (var in = Files.newInputStream(file)) {
      var lines = new LineReader(in);
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        number++;
        String text = new String(line, StandardCharsets.UTF_8);
        if (!lines.complete() && !parses(text)) {
          // Written by a run that was killed in the middle of this line: the run did not finish.
          problems.add("%s, line %d: cut short, left out".formatted(file, number));
          return;
        }
        if (text.isBlank()) {
          continue;
        }
        JsonNode node = Json.LINES.readTree(text);
        checkVersion(file + ", line " + number, node);
        use.accept(node);
      }
    } catch (JacksonException e) {
      throw new UsageException(
          "%s, line %d: damaged: %s; remove the line to go on without it"
              .formatted(file, number, oneLine(e)),
          e);
    } catch (UsageException e) {
      String where = file + ", line " + number + ": ";
      throw e.getMessage().startsWith(file.toString())
          ? e
          : new UsageException(where + e.getMessage(), e);
    } catch (IOException e) {
      throw new UsageException("%s: cannot be read: %s".formatted(file, oneLine(e)), e);
    }
  }

  private static boolean parses(String line) {
    try {
      return Json.LINES.readTree(line).isObject();
    } catch (JacksonException e) {
      return false;
    }
  }

  private static void checkVersion(String where, JsonNode node) {
    int version = node.path("schema_version").asInt(RunRecord.SCHEMA_VERSION);
    if (version > RunRecord.SCHEMA_VERSION) {
      throw new UsageException(
          "%s: schema_version %d was written by a newer DecodeBench; this one reads up to %d"
              .formatted(where, version, RunRecord.SCHEMA_VERSION));
    }
  }

  private static String oneLine(Exception e) {
    String message =
        e instanceof JacksonException jackson ? jackson.getOriginalMessage() : e.getMessage();
    return String.valueOf(message).lines().findFirst().orElse("");
  }
}
