package org.decodebench.reports.run;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.reports.experiment.Experiment;
import org.decodebench.reports.result.CsvFiles;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.roofline.Efficiency;
import org.decodebench.reports.roofline.Measured;
import org.decodebench.reports.roofline.RooflineMeter;
import org.decodebench.reports.stats.Stats;
import org.decodebench.reports.stats.Summary;

/** Runs an experiment into a result folder. */
public final class Runner {

  /** What becomes of a result folder when all is measured. */
  @FunctionalInterface
  public interface Page {
    /** Writes the page of a result folder and returns its path. */
    Path write(Path folder);
  }

  /**
   * @param folder of the results
   * @param resume whether to go on with what is there
   * @param command line, for the record
   * @param terminal whether standard error is watched by a person
   */
  public record Options(Path folder, boolean resume, List<String> command, boolean terminal) {}

  private final Experiment experiment;
  private final Options options;
  private final ModelLoader.Origin origin;
  private final Measurer measurer;
  private final Supplier<Probe> probes;
  private final PrintStream out;
  private final PrintStream err;

  private Planner.Plan plan;
  private Environment environment;
  private Map<String, Environment.Model> models;
  private Optional<Measured> limits = Optional.empty();

  Runner(
      Experiment experiment,
      Options options,
      ModelLoader.Origin origin,
      Measurer measurer,
      Supplier<Probe> probes,
      PrintStream out,
      PrintStream err) {
    this.experiment = experiment;
    this.options = options;
    this.origin = origin;
    this.measurer = measurer;
    this.probes = probes;
    this.out = out;
    this.err = err;
  }

  /** Measures in child JVMs. */
  public static Runner ofChildren(
      Experiment experiment, Options options, PrintStream out, PrintStream err) {
    return new Runner(
        experiment,
        options,
        ModelOrigin.DEFAULT,
        new ChildJvm(experiment.jvmFlags(), experiment.timeLimit()),
        MachineProbe::new,
        out,
        err);
  }

  /**
   * Measures what is not measured yet, writes every file, prints table and path of the page.
   *
   * @return whether every setting has at least one fork that ended well
   * @throws org.decodebench.core.UsageException if the experiment cannot be run, or its folder not
   *     be written
   */
  public boolean run(Page page) throws InterruptedException {
    try {
      return measured(page);
    } catch (ResultFiles.Unwritable e) {
      throw ResultFolder.unwritable(options.folder(), e.getCause());
    }
  }

  private boolean measured(Page page) throws InterruptedException {
    Instant started = now();
    try (ModelLoader loader = new ModelLoader(origin, firstOptions())) {
      plan = new Planner(experiment, loader).plan();
      try (ResultFolder folder = ResultFolder.open(options.folder(), options.resume())) {
        Probe probe = probes.get();
        List<String> warnings = new ArrayList<>(probe.warningsBefore());
        warnings.forEach(w -> err.println("warning: " + w));
        models = facts(loader, folder);
        Map<String, LanguageModel> targets = new LinkedHashMap<>(plan.models());
        List<String> kinds = RooflineMeter.references(targets);
        Map<String, String> standIns = RooflineMeter.standIns(targets);
        loader.close(); // the forks load their own, and want the memory
        System.gc();
        environment = environment(started, null, probe.machine(), warnings);
        folder.environment(environment);
        limits(folder, kinds, standIns);
        measure(folder, started);
        List<String> after = new ArrayList<>(probe.warningsAfter());
        after.removeAll(warnings);
        after.forEach(w -> err.println("warning: " + w));
        // The records say it themselves.
        unsettled(folder).ifPresent(w -> err.println("warning: " + w));
        warnings.addAll(after);
        environment = environment(started, now(), environment.machine(), warnings);
        folder.environment(environment);
        return finish(folder, page);
      }
    }
  }

  /** Before the forks; a run that is resumed keeps what it had. */
  private void limits(ResultFolder folder, List<String> kinds, Map<String, String> standIns)
      throws InterruptedException {
    limits = Measured.read(folder.path());
    if (limits.isPresent() || kinds.isEmpty()) {
      return;
    }
    err.println("limits of this machine …");
    try {
      limits =
          measurer
              .limits(environment.machine().machineClass(), firstOptions(), kinds)
              .map(m -> m.of(standIns));
      if (onDevice() && limits.isPresent()) {
        err.println("limits of the device …");
        Measured cpu = limits.get();
        limits = measurer.device(kinds).map(d -> cpu.with(d, standIns)).or(() -> limits);
      }
    } catch (UsageException e) {
      err.println("warning: no roofline: " + e.getMessage());
    }
    limits.ifPresent(m -> m.write(folder.path()));
  }

  /**
   * For what this JVM itself does: planning and perplexity. The device is left to the forks, where
   * a model that it cannot hold fails by itself and the rest goes on.
   */
  private org.decodebench.core.model.RuntimeOptions firstOptions() {
    Experiment.Setting first = experiment.settings().getFirst();
    if (onDevice()) {
      Runtimes.device(); // or what is missing is said now
    }
    return Runtimes.options(first.threads(), onDevice(first) ? "auto" : first.backend());
  }

  private boolean onDevice() {
    return experiment.settings().stream().anyMatch(Runner::onDevice);
  }

  private static boolean onDevice(Experiment.Setting setting) {
    return setting.backend().equals(Runtimes.TORNADO);
  }

  private void measure(ResultFolder folder, Instant started) throws InterruptedException {
    int planned = plan.settings().size() * experiment.forks();
    int already =
        (int) folder.records().stream().filter(r -> r.fork() <= experiment.forks()).count();
    int most =
        experiment.adaptive() == null ? experiment.forks() : experiment.adaptive().maxForks();
    try (Progress progress = new Progress(err, planned, already, options.terminal())) {
      for (int fork = 1; fork <= Math.max(most, experiment.forks()); fork++) {
        for (Planner.Planned p : Planner.round(experiment, plan.settings(), fork)) {
          if (folder.finished(runId(p, fork)) || !wanted(p, fork, folder)) {
            continue;
          }
          if (overBudget(started)) {
            err.println("time budget used up; the rest is left out (--resume measures it)");
            return;
          }
          progress.starts(p.label());
          RunRecord found = measurer.measure(task(p, fork, folder), folder.forks());
          RunRecord record = limits.map(m -> Efficiency.added(found, m)).orElse(found);
          folder.append(record);
          progress.ended(p.label(), record);
        }
      }
    }
  }

  private static Optional<String> unsettled(ResultFolder folder) {
    List<RunRecord> ok = folder.records().stream().filter(RunRecord::ok).toList();
    long unsettled = ok.stream().filter(r -> !r.stationary()).count();
    return unsettled == 0
        ? Optional.empty()
        : Optional.of(
            "in %d of %d forks the times had not settled when warm-up ended; give it more time"
                .formatted(unsettled, ok.size()));
  }

  /** Beyond the planned forks only what is not yet known well enough. */
  private boolean wanted(Planner.Planned p, int fork, ResultFolder folder) {
    if (fork <= experiment.forks()) {
      return true;
    }
    List<RunRecord> forks =
        folder.records().stream().filter(r -> r.ok() && r.setting().equals(p.id())).toList();
    Estimate headline = Stats.medianInterval(Summary.values(forks, Figure.HEADLINE));
    return !(Stats.relativeHalfWidth(headline) <= experiment.adaptive().share());
  }

  private boolean overBudget(Instant started) {
    return experiment.timeBudget() != null
        && Duration.between(started, Instant.now()).compareTo(experiment.timeBudget()) > 0;
  }

  private static String runId(Planner.Planned p, int fork) {
    return p.id() + "-f" + fork;
  }

  private ForkTask task(Planner.Planned p, int fork, ResultFolder folder) {
    Experiment.Setting s = p.setting();
    Environment.Model model = models.get(s.model());
    return new ForkTask(
        runId(p, fork),
        p.id(),
        experiment.name(),
        folder.records().size(),
        fork,
        environment.machine().machineClass(),
        environment.commit(),
        s.model(),
        p.modelHash(),
        model.perplexityKind(),
        model.perplexity(),
        model.perplexitySe(),
        model.bitsPerByte(),
        p.decoder(),
        experiment.prompts().name(),
        plan.workloadHash(),
        experiment.prompts().source(),
        plan.prompts(),
        s.maxNewTokens(),
        s.batch(),
        s.threads(),
        s.backend(),
        experiment.seed(),
        measurer.flags(),
        experiment.warmUp().rounds(),
        experiment.warmUp().time().toMillis(),
        experiment.warmUp().untilStationary(),
        experiment.measure().rounds(),
        experiment.measure().time().toMillis(),
        ms(experiment.slo() == null ? null : experiment.slo().ttft()),
        ms(experiment.slo() == null ? null : experiment.slo().tpot()),
        fork == 1 ? experiment.traces() : 0,
        folder.path().toString(),
        folder.forks().resolve(runId(p, fork) + ".json").toString());
  }

  private static double ms(Duration duration) {
    return duration == null ? Double.NaN : duration.toNanos() * 1e-6;
  }

  /** Facts of every model; likelihoods of a run that is resumed are not computed anew. */
  private Map<String, Environment.Model> facts(ModelLoader loader, ResultFolder folder) {
    Map<String, Environment.Model> known = new LinkedHashMap<>();
    if (options.resume() && Files.exists(folder.path().resolve(Results.ENVIRONMENT_JSON))) {
      Environment before = Results.read(folder.path()).environment();
      before.models().forEach(m -> known.put(m.name() + " " + m.hash() + " " + m.role(), m));
    }
    Map<String, Environment.Model> facts = new LinkedHashMap<>();
    for (var target : plan.models().entrySet()) {
      facts.put(target.getKey(), fact(target.getKey(), target.getValue(), "target", known));
    }
    for (var draft : plan.drafts().entrySet()) {
      facts.putIfAbsent(draft.getKey(), fact(draft.getKey(), draft.getValue(), "draft", known));
    }
    return facts;
  }

  private Environment.Model fact(
      String name, LanguageModel model, String role, Map<String, Environment.Model> known) {
    String hash = ModelFacts.hash(name);
    Environment.Model before = known.get(name + " " + hash + " " + role);
    if (before != null) {
      return before;
    }
    Experiment.Perplexity asked = experiment.perplexity();
    Likelihood likelihood = null;
    HeldOut texts = null;
    // Heads read another model's states: alone they predict nothing.
    boolean alone = model.inputSize() == 0;
    Source source = asked.source() == null || !alone ? null : Sources.byName(asked.source());
    if (source != null && !SampleQuality.same(source.tokenizer(), model.tokenizer())) {
      err.printf(
          "note: %s is no model of %s, so its perplexity there is left out; see 'perplexity --text'%n",
          name, asked.source());
    } else if (source != null) {
      err.println("perplexity of " + name + " …");
      texts = HeldOut.ofSource(source, model, asked.texts(), experiment.seed());
      likelihood =
          Perplexities.evaluate(model, texts, null, asked.samples(), experiment.seed(), done -> {});
    }
    return new Environment.Model(
        name,
        hash,
        Labels.paradigm(model.config().paradigm()),
        ModelFacts.parameters(model.config()),
        model.config().contextLength(),
        model.config().vocabSize(),
        role,
        likelihood == null ? Double.NaN : likelihood.perplexity(),
        likelihood == null ? null : likelihood.method(),
        likelihood == null ? Double.NaN : likelihood.perplexityError(),
        likelihood == null ? 0 : likelihood.samples(),
        likelihood == null ? 0 : texts.texts().size(),
        likelihood == null ? Double.NaN : likelihood.bitsPerByte(texts.bytes()));
  }

  private Environment environment(
      Instant started, Instant finished, Environment.Machine machine, List<String> warnings) {
    Experiment.Setting first = experiment.settings().getFirst();
    return new Environment(
        RunRecord.SCHEMA_VERSION,
        Build.version(),
        Build.commit(),
        experiment.name(),
        experiment.text(),
        started.toString(),
        finished == null ? null : finished.toString(),
        options.command(),
        experiment.seed(),
        Planner.baseline(experiment, plan.settings()),
        machine,
        new Environment.Java(
            Runtime.version().toString(),
            System.getProperty("java.vendor"),
            System.getProperty("java.vm.name"),
            measurer.flags()),
        Runtimes.runtime(
            first.threads(), experiment.settings().stream().map(s -> s.backend()).toList()),
        List.copyOf(models.values()),
        List.copyOf(warnings));
  }

  private boolean finish(ResultFolder folder, Page page) {
    List<RunRecord> records = folder.records();
    List<SummaryRow> rows = Summary.of(records, environment.baseline());
    CsvFiles.runs(folder.path(), records);
    CsvFiles.summary(folder.path(), rows);
    Path shown = page.write(folder.path());
    Table.of(rows).forEach(out::println);
    DraftingTable.of(rows).forEach(out::println);
    long failed = records.stream().filter(r -> !r.ok()).count();
    if (failed > 0) {
      err.printf("%d of %d runs failed; %s says why%n", failed, records.size(), Results.RUNS_JSONL);
    }
    out.println(shown);
    return rows.stream().allMatch(r -> r.forks() > 0);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
