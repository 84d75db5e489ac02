package org.decodebench.reports.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;

/** The models of a task: one an objective, on equal budgets, trained once and kept. */
final class TaskModels {

  /** Trains what a configuration file says. */
  @FunctionalInterface
  interface Trainer {
    /**
     * @return whether the model is complete
     */
    boolean train(Path config) throws IOException, InterruptedException;
  }

  /** Objectives by the name of their configuration and of their model. */
  enum Kind {
    AR("next-token"),
    MDLM("masked-diffusion"),
    BD4("block-diffusion");

    private final String objective;

    Kind(String objective) {
      this.objective = objective;
    }
  }

  private final Path folder;
  private final long tokens;
  private final Trainer trainer;

  /**
   * @param folder for configurations and models
   * @param tokens canvas tokens that each model sees
   */
  TaskModels(Path folder, long tokens, Trainer trainer) {
    this.folder = folder;
    this.tokens = tokens;
    this.trainer = trainer;
  }

  /** {@code decodebench train}, as a process of its own: its libraries are for those who train. */
  static Trainer launcher() {
    String home = System.getProperty("decodebench.home");
    if (home == null) {
      throw new UsageException("tasks trains models through ./decodebench; start it by that");
    }
    return config -> {
      Process process =
          new ProcessBuilder(Path.of(home, "decodebench").toString(), "train", config.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return process.waitFor() == 0;
    };
  }

  /** The folder of a trained model. */
  Path model(Task task, Kind kind) throws IOException, InterruptedException {
    String name =
        task.trains().replaceAll("[^A-Za-z0-9]+", "-") + "-" + kind.name().toLowerCase(Locale.ROOT);
    Path model = folder.resolve(name);
    if (Files.isRegularFile(model.resolve("config.json"))) {
      return model;
    }
    Path config = folder.resolve(name + ".yaml");
    Files.createDirectories(folder);
    Files.writeString(config, config(task, kind, name, model));
    if (!trainer.train(config)) {
      throw new UsageException(
          "training %s stopped; the same command goes on with it".formatted(config));
    }
    return model;
  }

  private String config(Task task, Kind kind, String name, Path output) {
    List<String> lines =
        List.of(
            "name: " + name,
            "objective: " + kind.objective,
            kind == Kind.BD4 ? "block: 4" : "",
            "data: {source: \"" + task.trains() + "\", canvas: " + task.canvas() + "}",
            "network: {hidden: 96, layers: 3, heads: 4, kv-heads: 2, head-size: 24, mlp: 256}",
            "budget: {tokens: " + tokens + ", batch: 64, crop: 0}",
            "optimizer: {learning-rate: 3e-3, final: 0.02}",
            "threads: 1", // more only wait for each other at this size
            "output: \"" + output + "\"");
    return String.join("\n", lines.stream().filter(line -> !line.isEmpty()).toList()) + "\n";
  }
}
