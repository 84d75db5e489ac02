package org.decodebench.reports.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.decodebench.core.UsageException;

/**
 * Results over time in an embedded DuckDB file: append-only, one entry a result folder, one row a
 * setting and metric with its forks. Anything that reads DuckDB can query it.
 */
public final class History implements AutoCloseable {
  /** Of the tables. */
  public static final int SCHEMA_VERSION = 1;

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE schema (schema_version INTEGER NOT NULL)",
          """
          CREATE TABLE entries (
            entry BIGINT PRIMARY KEY, source VARCHAR NOT NULL UNIQUE, folder VARCHAR, added_at VARCHAR NOT NULL,
            started_at VARCHAR, code VARCHAR, machine_class VARCHAR NOT NULL, experiment VARCHAR)
          """,
          """
          CREATE TABLE subjects (
            entry BIGINT NOT NULL, subject VARCHAR NOT NULL, name VARCHAR NOT NULL, context VARCHAR NOT NULL,
            texts INTEGER NOT NULL, outputs VARCHAR NOT NULL, greedy BOOLEAN NOT NULL, failed INTEGER NOT NULL)
          """,
          """
          CREATE TABLE measurements (
            entry BIGINT NOT NULL, subject VARCHAR NOT NULL, figure VARCHAR NOT NULL, label VARCHAR NOT NULL,
            unit VARCHAR NOT NULL, higher_is_better BOOLEAN NOT NULL, kind VARCHAR NOT NULL,
            forks DOUBLE[] NOT NULL, standard_error DOUBLE)
          """);

  private final Connection connection;

  private History(Connection connection) {
    this.connection = connection;
  }

  /**
   * @param entry number, ascending in the order in which entries were added
   * @param source hash of the records, so that none is added twice
   * @param folder name of the result folder
   * @param addedAt UTC, ISO-8601
   * @param startedAt UTC, ISO-8601; null if not known
   * @param commit of the code; null if not known
   * @param machineClass one; results of several machines are several entries
   * @param experiment its name, may be null
   */
  public record Entry(
      long entry,
      String source,
      String folder,
      String addedAt,
      String startedAt,
      String commit,
      String machineClass,
      String experiment) {}

  /** An entry with everything in it. */
  public record Full(Entry entry, List<Subject> subjects) {}

  /** One metric of one subject over the entries that have it. */
  public record Series(
      String subject, String name, String context, Metric metric, Map<Long, double[]> values) {}

  /**
   * Opens a history, or begins one.
   *
   * @throws UsageException if the file is no history or of a newer version
   */
  public static History open(Path file) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      Files.createDirectories(parent);
      History history = new History(DriverManager.getConnection("jdbc:duckdb:" + file));
      history.prepare(file);
      return history;
    } catch (SQLException e) {
      if (DriverManager.drivers().noneMatch(d -> d.getClass().getName().contains("duckdb"))) {
        throw new UsageException(
            "history: DuckDB's driver is not on the class path; the launcher ./decodebench fetches it",
            e);
      }
      throw new UsageException(file + ": cannot be opened as a history: " + oneLine(e), e);
    } catch (IOException e) {
      throw new UsageException(file + ": its folder cannot be made: " + e.getMessage(), e);
    }
  }

  private void prepare(Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean fresh;
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT count(*) FROM information_schema.tables WHERE table_name = 'schema'")) {
        tables.next();
        fresh = tables.getInt(1) == 0;
      }
      if (fresh) {
        for (String table : TABLES) {
          statement.execute(table);
        }
        statement.execute("INSERT INTO schema VALUES (" + SCHEMA_VERSION + ")");
      }
      try (ResultSet version = statement.executeQuery("SELECT max(schema_version) FROM schema")) {
        version.next();
        if (version.getInt(1) > SCHEMA_VERSION) {
          throw new UsageException(
              "%s: schema_version %d was written by a newer DecodeBench; this one reads up to %d"
                  .formatted(file, version.getInt(1), SCHEMA_VERSION));
        }
      }
    }
  }

  /**
   * Adds an entry unless its source is already there.
   *
   * @return its number, or empty if it was there
   */
  public Optional<Long> add(Full full) {
    Entry e = full.entry();
    return call(() -> {
      if (count("SELECT count(*) FROM entries WHERE source = ?", e.source()) > 0) {
        return Optional.empty();
      }
      connection.setAutoCommit(false);
      try {
        long number = count("SELECT coalesce(max(entry), 0) + 1 FROM entries");
        insert(number, e);
        insert(number, full.subjects());
        connection.commit();
        return Optional.of(number);
      } catch (SQLException failed) {
        connection.rollback();
        throw failed;
      } finally {
        connection.setAutoCommit(true);
      }
    });
  }

  private void insert(long number, Entry e) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setLong(1, number);
      insert.setString(2, e.source());
      insert.setString(3, e.folder());
      insert.setString(4, e.addedAt());
      insert.setString(5, e.startedAt());
      insert.setString(6, e.commit());
      insert.setString(7, e.machineClass());
      insert.setString(8, e.experiment());
      insert.execute();
    }
  }

  private void insert(long number, List<Subject> subjects) throws SQLException {
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO subjects VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement measured =
            connection.prepareStatement(
                "INSERT INTO measurements VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS DOUBLE[]), ?)")) {
      for (Subject s : subjects) {
        insert.setLong(1, number);
        insert.setString(2, s.key());
        insert.setString(3, s.name());
        insert.setString(4, s.context());
        insert.setInt(5, s.texts());
        insert.setString(6, String.join(" ", s.outputs()));
        insert.setBoolean(7, s.greedy());
        insert.setInt(8, s.failed());
        insert.addBatch();
        for (Metric metric : s.values().keySet()) {
          insert(measured, number, s, metric);
        }
      }
      insert.executeBatch();
      measured.executeBatch();
    }
  }

  private static void insert(PreparedStatement insert, long number, Subject s, Metric metric)
      throws SQLException {
    insert.setLong(1, number);
    insert.setString(2, s.key());
    insert.setString(3, metric.name());
    insert.setString(4, metric.label());
    insert.setString(5, metric.unit());
    insert.setBoolean(6, metric.higherIsBetter());
    insert.setString(7, metric.kind().name());
    insert.setString(8, Arrays.toString(s.of(metric)));
    insert.setObject(9, s.standardErrors().get(metric.name()));
    insert.addBatch();
  }

  private long count(String query, String... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** All entries, oldest first. */
  public List<Entry> entries() {
    return call(() -> {
      List<Entry> entries = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet r = statement.executeQuery("SELECT * FROM entries ORDER BY entry")) {
        while (r.next()) {
          entries.add(
              new Entry(
                  r.getLong("entry"),
                  r.getString("source"),
                  r.getString("folder"),
                  r.getString("added_at"),
                  r.getString("started_at"),
                  r.getString("code"),
                  r.getString("machine_class"),
                  r.getString("experiment")));
        }
      }
      return entries;
    });
  }

  /** Everything in an entry. */
  public List<Subject> subjects(long entry) {
    return call(() -> {
      Map<String, Map<Metric, double[]>> values = new LinkedHashMap<>();
      Map<String, Map<String, Double>> errors = new LinkedHashMap<>();
      measurements(entry, values, errors);
      List<Subject> subjects = new ArrayList<>();
      try (PreparedStatement statement =
          connection.prepareStatement("SELECT * FROM subjects WHERE entry = ? ORDER BY rowid")) {
        statement.setLong(1, entry);
        try (ResultSet r = statement.executeQuery()) {
          while (r.next()) {
            String key = r.getString("subject");
            String outputs = r.getString("outputs");
            subjects.add(
                new Subject(
                    key,
                    r.getString("name"),
                    r.getString("context"),
                    values.getOrDefault(key, Map.of()),
                    errors.getOrDefault(key, Map.of()),
                    r.getInt("texts"),
                    outputs.isEmpty() ? Set.of() : new LinkedHashSet<>(List.of(outputs.split(" "))),
                    r.getBoolean("greedy"),
                    r.getInt("failed")));
          }
        }
      }
      return subjects;
    });
  }

  private void measurements(
      long entry,
      Map<String, Map<Metric, double[]>> values,
      Map<String, Map<String, Double>> errors)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT * FROM measurements WHERE entry = ? ORDER BY rowid")) {
      statement.setLong(1, entry);
      try (ResultSet r = statement.executeQuery()) {
        while (r.next()) {
          Metric metric =
              new Metric(
                  r.getString("figure"),
                  r.getString("label"),
                  r.getString("unit"),
                  r.getBoolean("higher_is_better"),
                  Metric.Kind.valueOf(r.getString("kind")));
          values
              .computeIfAbsent(r.getString("subject"), _ -> new LinkedHashMap<>())
              .put(metric, doubles(r.getArray("forks")));
          double error = r.getDouble("standard_error");
          if (!r.wasNull()) {
            errors
                .computeIfAbsent(r.getString("subject"), _ -> new LinkedHashMap<>())
                .put(metric.name(), error);
          }
        }
      }
    }
  }

  private static double[] doubles(Array array) throws SQLException {
    Object[] values = (Object[]) array.getArray();
    return Arrays.stream(values).mapToDouble(v -> ((Number) v).doubleValue()).toArray();
  }

  /** Series of a machine class, in the order in which they first appear. */
  public List<Series> series(String machineClass) {
    Map<String, Series> all = new LinkedHashMap<>();
    for (Entry e : entries()) {
      if (!e.machineClass().equals(machineClass)) {
        continue;
      }
      for (Subject s : subjects(e.entry())) {
        s.values()
            .forEach((metric, values) ->
                all.computeIfAbsent(
                        s.key() + "\n" + metric.name(),
                        _ ->
                            new Series(
                                s.key(), s.name(), s.context(), metric, new LinkedHashMap<>()))
                    .values()
                    .put(e.entry(), values));
      }
    }
    return List.copyOf(all.values());
  }

  @Override
  public void close() {
    call(() -> {
      connection.close();
      return null;
    });
  }

  private interface Query<T> {
    T run() throws SQLException;
  }

  private static <T> T call(Query<T> query) {
    try {
      return query.run();
    } catch (SQLException e) {
      throw new UsageException("history: " + oneLine(e), e);
    }
  }

  private static String oneLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
