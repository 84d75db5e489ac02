package org.decodebench.reports.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;

/** The child JVM's entry point: a task file in, a record file out. */
public final class ForkMain {
  private ForkMain() {}

  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    endWithParent();
    ForkTask task = Json.LINES.readValue(Files.readString(Path.of(args[0])), ForkTask.class);
    try {
      measure(task, ModelOrigin.DEFAULT);
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      System.exit(ChildJvm.USAGE);
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      System.err.println(e); // the last line is what people are shown first
      System.exit(1);
    }
    System.exit(0); // whatever threads a runtime left
  }

  /** Measures and writes traces, then the record: once that is there, the run is finished. */
  static void measure(ForkTask task, ModelLoader.Origin origin) {
    try (ModelLoader models =
        new ModelLoader(origin, Runtimes.options(task.threads(), task.backend()))) {
      ForkRun.Outcome outcome = new ForkRun(task, models).run();
      if (!outcome.traces().isEmpty()) {
        ResultFiles.write(Path.of(task.traceFolder()), task.setting(), outcome.traces());
      }
      ResultFiles.write(
          Path.of(task.recordFile()),
          out -> out.append(Json.LINES.writeValueAsString(outcome.record())));
    }
  }

  /** A parent that was killed cannot stop its child: its end of the pipe closes, and that does. */
  private static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // nothing is ever sent
                }
              } catch (IOException e) {
                // closed
              }
              Runtime.getRuntime().halt(4);
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
