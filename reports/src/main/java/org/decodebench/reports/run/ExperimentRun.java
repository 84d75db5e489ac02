package org.decodebench.reports.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.reports.experiment.Experiment;
import org.decodebench.reports.experiment.ExperimentReader;
import org.decodebench.reports.experiment.Overrides;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Results;

/** What {@code decodebench run} does: finds experiment and folder, then measures or lists. */
public final class ExperimentRun {
  private static final Path RESULTS = Path.of("results");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

  /**
   * From a fork's start to its warm-up: a JVM, a model, and the compiler, which takes most of it
   * and three seconds on two cores.
   */
  private static final Duration START = Duration.ofSeconds(4);

  private final PrintStream out;
  private final PrintStream err;
  private final Runner.Page page;

  /**
   * @param experiment file; null for a built-in one
   * @param quick which of the built-in ones
   * @param folder of the results; null for a new one under {@code results/}, or with {@code resume}
   *     the newest there that is not finished
   * @param command line, for the record
   */
  public record Request(
      Path experiment,
      boolean quick,
      Overrides overrides,
      Path folder,
      boolean resume,
      boolean dryRun,
      List<String> command) {}

  public ExperimentRun(PrintStream out, PrintStream err, Runner.Page page) {
    this.out = out;
    this.err = err;
    this.page = page;
  }

  /**
   * @return whether every setting has a fork that ended well
   * @throws UsageException if it cannot be run
   */
  public boolean run(Request request) throws InterruptedException {
    if (request.quick() && request.experiment() != null) {
      throw new UsageException("--quick is an experiment of its own; leave out the file");
    }
    Path folder = request.resume() ? resumed(request) : request.folder();
    Experiment experiment = overridden(experiment(request, folder), request.overrides());
    if (request.dryRun()) {
      list(experiment);
      return true;
    }
    if (folder == null) {
      folder =
          RESULTS.resolve(
              experiment.name() + "-" + STAMP.format(ZonedDateTime.now(ZoneOffset.UTC)));
    }
    Path into = folder;
    boolean terminal = System.console() != null && System.console().isTerminal();
    var options = new Runner.Options(into, request.resume(), request.command(), terminal);
    Thread goOn =
        new Thread(
            () -> err.println("stopped; go on with: decodebench run --resume --out " + into));
    java.lang.Runtime.getRuntime().addShutdownHook(goOn);
    try {
      return Runner.ofChildren(experiment, options, out, err).run(page);
    } finally {
      java.lang.Runtime.getRuntime().removeShutdownHook(goOn);
    }
  }

  private static Path resumed(Request request) {
    if (request.folder() != null) {
      return request.folder();
    }
    try (Stream<Path> folders = Files.isDirectory(RESULTS) ? Files.list(RESULTS) : Stream.empty()) {
      return folders
          .filter(f -> Files.exists(f.resolve(Results.ENVIRONMENT_JSON)))
          .filter(f -> Results.readEnvironment(f).finishedAt() == null)
          .max(Comparator.comparing(f -> Results.readEnvironment(f).startedAt()))
          .orElseThrow(() ->
              new UsageException(
                  "--resume: no unfinished run under %s; name its folder with --out"
                      .formatted(RESULTS.toAbsolutePath())));
    } catch (IOException e) {
      throw new UsageException("--resume: cannot read " + RESULTS.toAbsolutePath(), e);
    }
  }

  private static Experiment experiment(Request request, Path folder) {
    Optional<Environment> before =
        request.resume() && folder != null && Files.exists(folder.resolve(Results.ENVIRONMENT_JSON))
            ? Optional.of(Results.readEnvironment(folder))
            : Optional.empty();
    if (request.experiment() != null) {
      Experiment given = ExperimentReader.file(request.experiment());
      if (before.isPresent() && !before.get().experimentFile().equals(given.text())) {
        throw new UsageException(
            "%s is not the experiment that %s was begun with; give that one, none, or another --out"
                .formatted(request.experiment(), folder));
      }
      return given;
    }
    if (request.quick() || before.isEmpty()) {
      return ExperimentReader.builtIn(request.quick() ? "quick" : "default");
    }
    return ExperimentReader.text(
        folder.resolve(Results.ENVIRONMENT_JSON) + " (experiment_file)",
        before.get().experimentFile(),
        Path.of("").toAbsolutePath());
  }

  private static Experiment overridden(Experiment experiment, Overrides overrides) {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, Runtimes.options(0, "auto"))) {
      return overrides.apply(experiment, (model, decoder) -> suits(models, model, decoder));
    }
  }

  private static boolean suits(ModelLoader models, String reference, String spec) {
    LanguageModel model = models.model(reference);
    Decoder decoder = Decoders.create(spec, models::model);
    try {
      decoder.check(model);
      return true;
    } catch (UsageException e) {
      return false;
    }
  }

  private void list(Experiment experiment) {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, Runtimes.options(0, "auto"))) {
      Planner.Plan plan = new Planner(experiment, models).plan();
      for (int fork = 1; fork <= experiment.forks(); fork++) {
        for (Planner.Planned p : Planner.round(experiment, plan.settings(), fork)) {
          out.printf(Locale.ROOT, "fork %d  %s  %s%n", fork, p.id(), p.label());
        }
      }
      int runs = experiment.forks() * plan.settings().size();
      out.printf(
          Locale.ROOT,
          "%d runs of %d settings, %d prompts each%s; they take at most about %s%s, after the models'"
              + " perplexity and the machine's limits%n",
          runs,
          plan.settings().size(),
          plan.prompts().size(),
          experiment.adaptive() == null
              ? ""
              : String.format(
                  Locale.ROOT,
                  ", then up to %d forks of a setting until its interval is within %.3g %%",
                  experiment.adaptive().maxForks(),
                  100 * experiment.adaptive().share()),
          estimate(experiment, runs),
          experiment.timeBudget() == null
              ? ""
              : ", and none starts after " + inWords(experiment.timeBudget()));
    }
  }

  /** Start, warm-up and measuring of every fork, each at its cap. */
  private static String estimate(Experiment experiment, int runs) {
    Duration fork = START.plus(experiment.warmUp().time()).plus(experiment.measure().time());
    return inWords(fork.multipliedBy(runs));
  }

  private static String inWords(Duration time) {
    long seconds = time.toSeconds();
    return seconds < 120 ? seconds + " s" : Math.round(seconds / 60.0) + " min";
  }
}
