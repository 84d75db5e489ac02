package org.decodebench.reports.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;

/**
 * A result folder that this process writes, and no other at the same time. A run counts as finished
 * once its line stands whole in {@code runs.jsonl}, or its record in the folder of the forks; one
 * that failed is not finished.
 */
final class ResultFolder implements AutoCloseable {
  private static final String LOCK = ".lock";
  private static final String FORKS = ".forks";

  private final Path path;
  private final FileChannel lock;
  private final FileChannel runs;
  private final Map<String, RunRecord> records = new LinkedHashMap<>();

  private ResultFolder(Path path, FileChannel lock) throws IOException {
    this.path = path;
    this.lock = lock;
    Path file = path.resolve(Results.RUNS_JSONL);
    if (Files.exists(file)) {
      mend(file);
      dropFailed(file);
      for (RunRecord r : Results.readRecords(file, new ArrayList<>())) {
        records.put(r.runId(), r);
      }
    }
    runs = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Files.createDirectories(forks());
    collectForks();
  }

  /**
   * @param resume whether finished runs in it are kept; without, there must be none
   * @throws UsageException if it cannot be written, another process writes it, or it holds results
   *     and {@code resume} is not given
   */
  static ResultFolder open(Path path, boolean resume) {
    try {
      Files.createDirectories(path);
      FileChannel lock =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(lock)) {
        lock.close();
        throw new UsageException(
            "another run writes %s; wait for it or give another --out".formatted(path));
      }
      if (!resume && Files.exists(path.resolve(Results.RUNS_JSONL))) {
        lock.close();
        throw new UsageException(
            "%s holds a run already; add --resume to go on with it, or give another --out"
                .formatted(path));
      }
      return new ResultFolder(path, lock);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  static UsageException unwritable(Path path, IOException e) {
    return new UsageException(
        "cannot write results to %s: %s; what is finished is kept: make room there and use --resume,"
                .formatted(path, ResultFiles.reason(e))
            + " or give another --out",
        e);
  }

  private static boolean locked(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process
    }
  }

  /** Takes away what a kill left of a line, or adds the newline that it did not get to write. */
  private static void mend(Path file) throws IOException {
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      long start = f.length();
      while (start > 0) {
        f.seek(start - 1);
        if (f.read() == '\n') {
          break;
        }
        start--;
      }
      byte[] rest = new byte[(int) (f.length() - start)];
      f.seek(start);
      f.readFully(rest);
      if (rest.length == 0) {
        return;
      }
      if (whole(new String(rest, StandardCharsets.UTF_8))) {
        f.write('\n');
      } else {
        f.setLength(start);
      }
    }
  }

  private static boolean whole(String line) {
    try {
      return Json.LINES.readTree(line).has("run_id");
    } catch (tools.jackson.core.JacksonException e) {
      return false;
    }
  }

  /** A failed run is not finished: it is measured again. */
  private static void dropFailed(Path file) throws IOException {
    List<String> kept = new ArrayList<>();
    boolean failed = false;
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank() && isFailed(line)) {
        failed = true;
      } else {
        kept.add(line);
      }
    }
    if (failed) {
      ResultFiles.write(
          file,
          out -> {
            for (String line : kept) {
              out.append(line).append('\n');
            }
          });
    }
  }

  private static boolean isFailed(String line) {
    try {
      return Json.LINES.readTree(line).path("status").asString("").equals("failed");
    } catch (tools.jackson.core.JacksonException e) {
      return false; // reading the file will say where it is damaged
    }
  }

  /** Runs whose child finished while its parent no longer lived. */
  private void collectForks() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(forks())) {
      files = list.filter(f -> f.getFileName().toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      try {
        RunRecord record = Json.LINES.readValue(Files.readString(file), RunRecord.class);
        if (!records.containsKey(record.runId())) {
          append(record);
        }
      } catch (tools.jackson.core.JacksonException e) {
        // a task, or a part of a record: that run did not finish
      }
      Files.deleteIfExists(file);
    }
  }

  Path path() {
    return path;
  }

  /** Where tasks, records and logs of forks are exchanged. */
  Path forks() {
    return path.resolve(FORKS);
  }

  /** Finished runs, in file order. */
  List<RunRecord> records() {
    return List.copyOf(records.values());
  }

  boolean finished(String runId) {
    return records.containsKey(runId);
  }

  /** Writes the record's line, and returns when the disk has it. */
  void append(RunRecord record) {
    byte[] line = (Json.LINES.writeValueAsString(record) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      long before = runs.size();
      try {
        ByteBuffer buffer = ByteBuffer.wrap(line);
        while (buffer.hasRemaining()) {
          runs.write(buffer);
        }
        runs.force(true);
      } catch (IOException e) {
        runs.truncate(before);
        throw e;
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
    records.put(record.runId(), record);
  }

  void environment(Environment environment) {
    ResultFiles.write(path, environment);
  }

  @Override
  public void close() {
    try {
      runs.close();
      Files.deleteIfExists(path.resolve(LOCK)); // while it is held: nobody else can have it open
      lock.close();
      try (Stream<Path> left = Files.list(forks())) {
        if (left.findAny().isEmpty()) {
          Files.deleteIfExists(forks());
        }
      }
    } catch (IOException e) {
      // Nothing that was promised is lost: every line was forced to the disk.
    }
  }
}
