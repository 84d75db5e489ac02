package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.stats.Stats;

/**
 * Compares two sets of results. Times scatter between forks, counts do not, and quality is that of
 * a sample of texts: each kind of metric gets the interval that its kind of uncertainty asks for.
 * {@code docs/regression.md} says how often the gate is wrong.
 */
public final class Gate {

  /**
   * @param threshold share by which a metric may be worse, for example 0.05
   * @param figures names of the metrics that are compared; empty for {@link #DEFAULT_FIGURES}
   * @param acrossMachines whether different machine classes may be compared
   */
  public record Options(double threshold, Set<String> figures, boolean acrossMachines) {
    public static Options of(double threshold) {
      return new Options(threshold, Set.of(), false);
    }
  }

  /** Few and different: what is only another form of one of these would only add noise. */
  public static final Set<String> DEFAULT_FIGURES =
      java.util.Collections.unmodifiableSet(
          new LinkedHashSet<>(
              List.of(
                  "tokens_per_s",
                  "ttft_ms",
                  "tpot_ms",
                  "nfe_per_token",
                  "positions_per_token",
                  "acceptance_rate",
                  "perplexity",
                  "source_nll_per_token",
                  "valid_share",
                  "score")));

  /**
   * Names of figures as asked for.
   *
   * @throws UsageException for one that does not exist or has no good direction
   */
  public static List<String> checked(List<String> names) {
    for (String name : names) {
      boolean known =
          name.equals("score")
              || Figure.all().stream()
                  .anyMatch(f -> f.name().equals(name) && f.better() != Figure.Better.NEITHER);
      if (!known) {
        throw new UsageException(
            "--figures: no figure '%s' that can be better or worse; compared by default: %s"
                .formatted(name, String.join(", ", DEFAULT_FIGURES)));
      }
    }
    return names;
  }

  /** Chance that any metric at all is called worse, or better, by mistake in one comparison. */
  private static final double FAMILY_ERROR = 0.05;

  /** With fewer a slowdown of 10 % is missed more often than found. */
  private static final int FEW_FORKS = 4;

  private final Subject.Group baseline;
  private final Subject.Group current;
  private final Options options;
  private final double limit;
  private final Map<Metric, Times> times = new LinkedHashMap<>();
  private Drift drift = Drift.NONE;

  private Gate(Subject.Group baseline, Subject.Group current, Options options) {
    this.baseline = baseline;
    this.current = current;
    this.options = options;
    this.limit = Math.log1p(options.threshold());
  }

  /**
   * @throws UsageException if the machines differ and that was not allowed, or if the two have
   *     nothing in common
   */
  public static Comparison compare(Subject.Group baseline, Subject.Group current, Options options) {
    return new Gate(baseline, current, options).compare();
  }

  private Comparison compare() {
    List<String> notes = new ArrayList<>();
    checkMachines(notes);
    Map<String, Subject> before = byKey(baseline);
    Map<String, Subject> after = byKey(current);
    drift = Drift.of(before, after);
    drift.note().ifPresent(notes::add);
    List<Pair> pairs = new ArrayList<>();
    List<Comparison.OutputChange> outputs = new ArrayList<>();
    List<Subject> failures = new ArrayList<>();
    for (Subject old : before.values()) {
      Subject now = after.get(old.key());
      if (now == null) {
        continue;
      }
      if (now.forks() == 0 && old.forks() > 0) {
        failures.add(now);
        continue;
      }
      outputChange(old, now).ifPresent(outputs::add);
      old.values().keySet().stream()
          .filter(this::wanted)
          .filter(m -> now.of(m).length > 0)
          .forEach(m -> pairs.add(new Pair(old, now, m)));
    }
    List<Subject> onlyBefore = without(baseline, after);
    List<Subject> onlyAfter = without(current, before);
    if (pairs.isEmpty() && failures.isEmpty()) {
      throw nothingInCommon(onlyBefore, onlyAfter);
    }
    pairs.stream()
        .filter(Pair::time)
        .collect(Collectors.groupingBy(Pair::metric, LinkedHashMap::new, Collectors.toList()))
        .forEach((metric, group) -> times.put(metric, Times.of(metric, group)));
    explained().ifPresent(notes::add);
    List<Change> changes = judge(pairs);
    fewForks(changes).ifPresent(notes::add);
    return new Comparison(
        baseline.name(),
        current.name(),
        options.threshold(),
        changes,
        outputs,
        failures,
        onlyBefore,
        onlyAfter,
        notes);
  }

  /** What the rulers of single forks explain and the ratios no longer hold. */
  private Optional<String> explained() {
    List<String> shares =
        times.values().stream().map(Times::explained).flatMap(Optional::stream).toList();
    return shares.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the machine's speed changed from fork to fork: of the variance between forks their rulers explain %s; it is taken out of the ratios"
                .formatted(String.join(", ", shares)));
  }

  /** Says why so much is left open, where few forks are the reason. */
  private static Optional<String> fewForks(List<Change> changes) {
    return changes.stream()
        .filter(c -> c.verdict() == Verdict.UNDECIDED && c.metric().kind() == Metric.Kind.TIME)
        .mapToInt(c -> Math.min(c.forksBefore(), c.forksAfter()))
        .filter(forks -> forks > 1 && forks < FEW_FORKS) // one stands for a whole run of a history
        .min()
        .stream()
        .mapToObj(
            "%d forks a side decide large changes only, of some 30 %%; docs/regression.md says how many small ones take"
                ::formatted)
        .findFirst();
  }

  private boolean wanted(Metric metric) {
    Set<String> names = options.figures().isEmpty() ? DEFAULT_FIGURES : options.figures();
    return names.contains(metric.name());
  }

  private static Map<String, Subject> byKey(Subject.Group group) {
    return group.subjects().stream()
        .collect(
            Collectors.toMap(Subject::key, Function.identity(), (a, _) -> a, LinkedHashMap::new));
  }

  private static List<Subject> without(Subject.Group group, Map<String, Subject> other) {
    return group.subjects().stream().filter(s -> !other.containsKey(s.key())).toList();
  }

  private void checkMachines(List<String> notes) {
    if (baseline.machineClasses().equals(current.machineClasses())) {
      return;
    }
    String both =
        "%s was measured on '%s', %s on '%s'"
            .formatted(
                baseline.name(),
                String.join("', '", baseline.machineClasses()),
                current.name(),
                String.join("', '", current.machineClasses()));
    if (!options.acrossMachines()) {
      throw new UsageException(
          both + ": times of different machines do not compare; --across-machines does it anyway");
    }
    notes.add(both + "; the verdicts compare machines as well as code");
  }

  private UsageException nothingInCommon(List<Subject> before, List<Subject> after) {
    boolean sameNames =
        before.stream().anyMatch(b -> after.stream().anyMatch(a -> a.name().equals(b.name())));
    return new UsageException(
        "%s and %s have no setting in common%s"
            .formatted(
                baseline.name(),
                current.name(),
                sameNames
                    ? ": decoders of the same name ran with another model, workload, length, batch,"
                        + " thread count, backend or seed"
                    : ""));
  }

  private static Optional<Comparison.OutputChange> outputChange(Subject old, Subject now) {
    boolean changed =
        old.greedy()
            && now.greedy()
            && !old.outputs().isEmpty()
            && !now.outputs().isEmpty()
            && !old.outputs().equals(now.outputs());
    return changed
        ? Optional.of(
            new Comparison.OutputChange(
                now, String.join(", ", old.outputs()), String.join(", ", now.outputs())))
        : Optional.empty();
  }

  // --- judging

  private List<Change> judge(List<Pair> pairs) {
    List<LogRatio> ratios = pairs.stream().map(this::ratio).toList();
    double[] worse = new double[pairs.size()];
    double[] better = new double[pairs.size()];
    for (int i = 0; i < worse.length; i++) {
      // What does not scatter cannot fail by chance, so it is no part of the family.
      boolean certain = pairs.get(i).identical() || ratios.get(i).se() == 0;
      LogRatio w = worse(pairs.get(i), ratios.get(i));
      worse[i] = certain ? Double.NaN : w.above(limit);
      better[i] = certain ? Double.NaN : w.reversed().above(limit);
    }
    worse = Stats.holm(worse);
    better = Stats.holm(better);
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < worse.length; i++) {
      changes.add(change(pairs.get(i), ratios.get(i), worse[i], better[i]));
    }
    return changes;
  }

  private LogRatio ratio(Pair pair) {
    double[] old = pair.old();
    double[] now = pair.now();
    if (Arrays.stream(old).anyMatch(v -> v <= 0) || Arrays.stream(now).anyMatch(v -> v <= 0)) {
      return new LogRatio(Double.NaN, Double.NaN, 0); // no logarithm
    }
    LogRatio.Pooled own = LogRatio.pooled(old, now);
    return switch (pair.metric().kind()) {
      case TIME -> times.get(pair.metric()).ratio(pair, drift);
      case COUNT ->
          own.df() > 0 && own.variance() > 0
              ? LogRatio.ofForks(old, now, own.variance(), own.df())
              : new LogRatio(
                  LogRatio.meanLog(now) - LogRatio.meanLog(old), 0, Double.POSITIVE_INFINITY);
      case QUALITY -> quality(pair, own);
      case MACHINE -> new LogRatio(Double.NaN, Double.NaN, 0);
    };
  }

  /** Forks decode the same texts, so the uncertainty is that of the texts. */
  private static LogRatio quality(Pair pair, LogRatio.Pooled own) {
    double old = LogRatio.meanLog(pair.old());
    double now = LogRatio.meanLog(pair.now());
    double textVariance =
        textVariance(pair.before(), pair.metric(), Math.exp(old))
            + textVariance(pair.after(), pair.metric(), Math.exp(now));
    double forkVariance =
        own.df() > 0 ? own.variance() * (1.0 / pair.old().length + 1.0 / pair.now().length) : 0;
    return new LogRatio(
        now - old, Math.sqrt(textVariance + forkVariance), Double.POSITIVE_INFINITY);
  }

  /** Variance of the logarithm of a mean over texts; NaN if it is not known. */
  private static double textVariance(Subject subject, Metric metric, double value) {
    Double se = subject.standardErrors().get(metric.name());
    if (se != null) {
      return Math.pow(se / value, 2);
    }
    return switch (metric.name()) {
      // A share of texts is binomial.
      case "valid_share" -> (1 - value) / (value * subject.texts());
      // Drafted tokens of one text hang together; as if each text were one draw, which is the worst
      // case.
      case "acceptance_rate" -> (1 - value) / (value * subject.texts());
      default -> Double.NaN;
    };
  }

  /** Turned so that up is worse. */
  private static LogRatio worse(Pair pair, LogRatio r) {
    return pair.metric().higherIsBetter() ? r.reversed() : r;
  }

  /** Of several forks: the mean that the ratio is made of, so that the three agree. */
  private static double typical(Pair pair, double[] values) {
    double mean = Math.exp(LogRatio.meanLog(values));
    return pair.metric().kind() == Metric.Kind.TIME && mean > 0 ? mean : Stats.median(values);
  }

  /**
   * @param worse p-value of "no worse than the threshold", adjusted for the number of comparisons
   * @param better likewise of "no better"
   */
  private Change change(Pair pair, LogRatio r, double worse, double better) {
    double reach = r.reach();
    Verdict verdict = verdict(pair, r, worse, better);
    return new Change(
        pair.after(),
        pair.metric(),
        typical(pair, pair.old()),
        typical(pair, pair.now()),
        pair.old().length,
        pair.now().length,
        pair.identical() ? 1 : r.ratio(),
        Math.exp(r.estimate() - reach),
        Math.exp(r.estimate() + reach),
        worse,
        pair.time() ? Stats.mannWhitney(pair.now(), pair.old()) : Double.NaN,
        pair.time() ? Stats.cliffsDelta(pair.now(), pair.old()) : Double.NaN,
        verdict,
        note(pair, r, verdict));
  }

  private Verdict verdict(Pair pair, LogRatio r, double worse, double better) {
    if (pair.identical()) {
      return Verdict.UNCHANGED;
    }
    LogRatio w = worse(pair, r);
    double reach = w.reach();
    if (Double.isNaN(w.estimate()) || Double.isNaN(reach)) {
      return Verdict.UNDECIDED;
    }
    if (w.estimate() - reach > limit) {
      return worse >= FAMILY_ERROR ? Verdict.UNDECIDED : Verdict.REGRESSED;
    }
    if (w.estimate() + reach < -limit) {
      return better >= FAMILY_ERROR ? Verdict.UNDECIDED : Verdict.IMPROVED;
    }
    boolean within = w.estimate() - reach >= -limit && w.estimate() + reach <= limit;
    return within ? Verdict.UNCHANGED : Verdict.UNDECIDED;
  }

  private String note(Pair pair, LogRatio r, Verdict verdict) {
    if (pair.identical()) {
      return "identical";
    }
    if (Double.isNaN(r.estimate())) {
      return "no ratio with a value of zero";
    }
    if (Double.isNaN(r.reach())) {
      return pair.time() ? "needs two forks or more" : "its uncertainty is not known";
    }
    if (verdict == Verdict.UNDECIDED && Math.abs(r.estimate()) - r.reach() > limit) {
      return "not sure enough among so many comparisons";
    }
    return "";
  }
}
