package org.decodebench.reports.tasks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.reports.run.ModelLoader;

/** Trains what is missing, asks, and writes {@code tasks.csv}. */
public final class TaskRun {
  private static final int SCHEMA = 1;

  private final ModelLoader models;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param tasks by name; none for the suite
   * @param tokens budget of a model; 0 for the oracle alone, without training
   */
  public record Request(List<String> tasks, int questions, long tokens, long seed, Path folder) {}

  public TaskRun(ModelLoader models, PrintStream out, PrintStream err) {
    this.models = models;
    this.out = out;
    this.err = err;
  }

  /** Prints the suite. */
  public static void list(PrintStream out) {
    for (Task task : Task.suite()) {
      out.printf(
          Locale.ROOT, "%-34s %3d positions  %s%n", task.trains(), task.canvas(), task.shows());
    }
  }

  public void run(Request request) throws IOException, InterruptedException {
    List<Task> tasks =
        request.tasks().isEmpty()
            ? Task.suite()
            : request.tasks().stream().map(Task::named).toList();
    tasks.forEach(Task::canvas); // a name that is no source ends here
    List<TaskScore> scores = new ArrayList<>();
    out.printf(
        Locale.ROOT,
        "%-34s %-8s %-58s %16s %9s%n",
        "task",
        "model",
        "decoder",
        "right",
        "forwards");
    for (Task task : tasks) {
      scores.addAll(oracle(task, request));
      if (request.tokens() > 0) {
        scores.addAll(trained(task, request));
      }
      write(request.folder(), scores);
    }
    err.println("table: " + request.folder().resolve("tasks.csv"));
  }

  /** What the sampler alone costs: exact conditionals in place of a network. */
  private List<TaskScore> oracle(Task task, Request request) {
    List<TaskScore> scores = new ArrayList<>();
    if (task.grader() instanceof AnyOrderSource) {
      for (String decoder : masked(task)) {
        scores.add(score(task, "oracle-diffusion:" + task.asks(), "oracle", decoder, request));
      }
    }
    return scores;
  }

  private List<TaskScore> trained(Task task, Request request)
      throws IOException, InterruptedException {
    TaskModels trained =
        new TaskModels(request.folder().resolve("models"), request.tokens(), TaskModels.launcher());
    List<TaskScore> scores = new ArrayList<>();
    for (TaskModels.Kind kind : TaskModels.Kind.values()) {
      String model = trained.model(task, kind).toString();
      String shown = kind.name().toLowerCase(Locale.ROOT);
      for (String decoder : decoders(task, kind)) {
        scores.add(score(task, model, shown, decoder, request));
      }
    }
    return scores;
  }

  private static List<String> decoders(Task task, TaskModels.Kind kind) {
    return switch (kind) {
      case AR -> List.of("ar:temperature=1", "prompt-lookup:temperature=1");
      case MDLM -> masked(task);
      case BD4 ->
          List.of(
              "block-diffusion:temperature=1,order=random",
              "block-diffusion:temperature=1",
              "block-diffusion:temperature=1,steps=1");
    };
  }

  private static List<String> masked(Task task) {
    return List.of(
        "masked-diffusion:temperature=1,order=random",
        "masked-diffusion:temperature=1",
        "masked-diffusion:temperature=1,threshold=0.9",
        "masked-diffusion:temperature=1,order=random,steps=" + (task.answerLength() + 1) / 2,
        "masked-diffusion:temperature=1,order=random,steps=1");
  }

  private TaskScore score(
      Task task, String reference, String shown, String decoder, Request request) {
    TaskScore score =
        TaskScore.of(task, models.model(reference), decoder, request.questions(), request.seed());
    TaskScore named =
        new TaskScore(
            score.task(),
            shown,
            score.decoder(),
            score.questions(),
            score.right(),
            score.forwards());
    out.printf(
        Locale.ROOT,
        "%-34s %-8s %-58s %5.1f %% (%3.0f-%3.0f) %9.1f%n",
        named.task(),
        named.model(),
        named.decoder(),
        100 * named.share(),
        100 * named.low(),
        100 * named.high(),
        named.forwards());
    out.flush();
    return named;
  }

  private static void write(Path folder, List<TaskScore> scores) {
    StringBuilder csv =
        new StringBuilder(
            "schema_version,task,model,decoder,questions,right,right_share,right_share_low,"
                + "right_share_high,forwards_per_answer\n");
    for (TaskScore s : scores) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,\"%s\",%s,\"%s\",%d,%d,%.5f,%.5f,%.5f,%.3f%n",
              SCHEMA,
              s.task(),
              s.model(),
              s.decoder(),
              s.questions(),
              s.right(),
              s.share(),
              s.low(),
              s.high(),
              s.forwards()));
    }
    try {
      Files.createDirectories(folder);
      Path partial = folder.resolve("tasks.csv.partial");
      Files.writeString(partial, csv);
      Files.move(
          partial,
          folder.resolve("tasks.csv"),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UsageException("cannot write to %s: %s".formatted(folder, e.getMessage()), e);
    }
  }
}
