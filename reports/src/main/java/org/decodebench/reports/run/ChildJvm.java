package org.decodebench.reports.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.roofline.DeviceRoof;
import org.decodebench.reports.roofline.Measured;
import org.decodebench.reports.roofline.RooflineMeter;

/** Measures a task in a JVM of its own. */
final class ChildJvm implements Measurer {
  /** Last lines of a failed fork that its record keeps. */
  private static final int LAST_LINES = 20;

  /** Bytes on the disk without which a fork cannot leave its record. */
  private static final int ROOM = 16 << 10;

  /** Exit code of a child that met a usage error. */
  static final int USAGE = 2;

  private final List<String> flags;
  private final List<String> hidden;
  private final Duration limit;

  /**
   * @param extra flags of the experiment
   * @param limit after which a fork counts as hung
   */
  ChildJvm(List<String> extra, Duration limit) {
    Optional<DeviceFlags> device = DeviceFlags.ofThisJvm();
    this.flags = flags(extra, device);
    this.hidden = device.map(DeviceFlags::arguments).orElse(List.of());
    this.limit = limit;
  }

  /** Flags of every child, said out and recorded. */
  static List<String> flags(List<String> extra, Optional<DeviceFlags> device) {
    List<String> flags = new ArrayList<>(JvmFlags.measured());
    device.ifPresent(d -> d.over(flags));
    flags.addAll(extra);
    return List.copyOf(flags);
  }

  @Override
  public List<String> flags() {
    return flags;
  }

  @Override
  public Optional<Measured> limits(
      String machineClass, RuntimeOptions options, Collection<String> models)
      throws InterruptedException {
    return Optional.of(RooflineMeter.measure(machineClass, options, models));
  }

  @Override
  public Optional<DeviceRoof> device(Collection<String> models) throws InterruptedException {
    return Optional.of(RooflineMeter.device(models));
  }

  @Override
  public RunRecord measure(ForkTask task, Path folder) throws InterruptedException {
    Path input = folder.resolve(task.runId() + ".task");
    Path log = folder.resolve(task.runId() + ".log");
    Path output = Path.of(task.recordFile());
    try {
      Files.writeString(input, Json.LINES.writeValueAsString(task));
      Process process = start(input, log);
      try {
        return await(process, task, log, output);
      } finally {
        process.destroyForcibly();
        for (Path file : List.of(input, log, output)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw ResultFolder.unwritable(folder.getParent(), e);
    }
  }

  private Process start(Path input, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(hidden);
    command.addAll(flags);
    command.addAll(
        List.of("-cp", JvmFlags.classPath(), ForkMain.class.getName(), input.toString()));
    // The child reads standard input until it closes, which it does when this process dies.
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private RunRecord await(Process process, ForkTask task, Path log, Path output)
      throws IOException, InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
      return Failures.record(
          task, "did not end within " + limit.toSeconds() + " s and was stopped", last(log));
    }
    int code = process.exitValue();
    if (code == 0 && Files.exists(output)) {
      return Json.LINES.readValue(Files.readString(output), RunRecord.class);
    }
    needRoom(output.resolveSibling(task.runId() + ".room"));
    String last = last(log);
    if (code == USAGE) { // its last line says it all
      return Failures.record(task, last.lines().reduce((a, b) -> b).orElse("refused its task"), "");
    }
    return Failures.record(task, "ended with exit code " + code, last);
  }

  /**
   * A disk that is full fails this fork, and would fail every further one: the run ends instead.
   */
  private static void needRoom(Path probe) throws IOException {
    try {
      Files.write(probe, new byte[ROOM]);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static String last(Path log) throws IOException {
    if (!Files.exists(log)) {
      return "";
    }
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
            .lines()
            .filter(l -> !l.startsWith("WARNING: Using incubator modules"))
            .toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }
}
