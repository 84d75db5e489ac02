package org.decodebench.reports.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import org.decodebench.reports.tasks.TaskRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "tasks",
    description = {
      "Tasks with exact graders: 'list' shows them; 'run' trains one small model a paradigm on",
      "each (once), asks questions and counts right answers, next to exact conditionals."
    })
public final class TasksCommand implements Subcommand {
  @Parameters(index = "0", paramLabel = "list|run", description = "What to do.")
  private String action;

  @Parameters(
      index = "1..*",
      paramLabel = "TASK",
      description = "Which tasks (default: all); any source can be one.")
  private List<String> tasks = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "N",
      description = "Questions a task and decoder (default: 200).")
  private int questions = 200;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Training budget of a model in canvas tokens (default: 400000).")
  private long tokens = 400_000;

  @Option(names = "--oracle", description = "Exact conditionals alone, without training.")
  private boolean oracle;

  @Option(names = "--seed", paramLabel = "N", description = "Of the questions (default: 1).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "For models and tasks.csv (default: results/tasks).")
  private Path out = Path.of("results", "tasks");

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Override
  public Integer call() throws IOException, InterruptedException {
    switch (action) {
      case "list" -> TaskRun.list(System.out);
      case "run" -> {
        if (tokens < 1) {
          throw new UsageException("--tokens " + tokens + ": expected a whole number from 1 up");
        }
        int asked = Arguments.atLeast("--questions", questions, 1);
        try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, runtime.options())) {
          new TaskRun(models, System.out, System.err)
              .run(new TaskRun.Request(tasks, asked, oracle ? 0 : tokens, seed, out));
        }
      }
      default ->
          throw new UsageException("tasks %s: expected tasks list or tasks run".formatted(action));
    }
    return Main.DONE;
  }
}
