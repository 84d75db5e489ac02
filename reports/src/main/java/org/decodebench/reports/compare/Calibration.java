package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.decodebench.reports.result.RunRecord;

/**
 * How often the gate is wrong on a machine, from one long run of the same code. A pair of runs is
 * made of forks that stood next to each other in time, dealt out to two sides at random, as when
 * two versions are measured in turns. Every failure among pairs of equal code is a false alarm;
 * with one side slower, every pass is a miss.
 *
 * <p>The slower side is made of forks that were really slower, if the run has such ({@code
 * -Ddecodebench.inject_slowdown=10%:even} among its flags); otherwise times are stretched by
 * arithmetic.
 */
public final class Calibration {
  private static final String INJECTED_EVEN = "-Ddecodebench\\.inject_slowdown=.*:even";

  private Calibration() {}

  /**
   * @param forks of each setting on each side
   * @param disjoint pairs of equal code that share no fork
   * @param pairs of equal code that were compared; more than {@code disjoint} share forks
   * @param falseAlarms of them that failed
   * @param slowed pairs with a slower setting
   * @param caught of them that failed and named the setting
   */
  public record Row(int forks, int disjoint, int pairs, int falseAlarms, int slowed, int caught) {
    public double falseAlarmRate() {
      return (double) falseAlarms / pairs;
    }

    public double power() {
      return (double) caught / slowed;
    }
  }

  /**
   * @param slowdown share by which times are stretched where no forks were really slower
   * @param pairs to draw where there are fewer disjoint ones
   */
  public record Plan(List<Integer> forks, double slowdown, int pairs, long seed) {}

  /** Forks of every setting, in the order in which they ran. */
  private record Series(Map<String, List<RunRecord>> settings) {
    static Series of(List<RunRecord> records) {
      Map<String, List<RunRecord>> settings = new LinkedHashMap<>();
      records.stream()
          .filter(RunRecord::ok)
          .sorted(Comparator.comparingInt(RunRecord::order))
          .forEach(r -> settings.computeIfAbsent(r.setting(), _ -> new ArrayList<>()).add(r));
      return new Series(settings);
    }

    int length() {
      return settings.values().stream().mapToInt(List::size).min().orElse(0);
    }

    List<RunRecord> window(int from, int length) {
      List<RunRecord> window = new ArrayList<>();
      settings.values().forEach(s -> window.addAll(s.subList(from, from + length)));
      return window;
    }

    /** A window's forks, dealt out in two halves. */
    List<List<RunRecord>> halves(int from, int half, Random random) {
      List<List<RunRecord>> halves = List.of(new ArrayList<>(), new ArrayList<>());
      for (List<RunRecord> s : settings.values()) {
        List<RunRecord> window = new ArrayList<>(s.subList(from, from + 2 * half));
        Collections.shuffle(window, random);
        halves.get(0).addAll(window.subList(0, half));
        halves.get(1).addAll(window.subList(half, 2 * half));
      }
      return halves;
    }
  }

  /**
   * @param records of one folder, all of the same code
   * @return a row a number of forks that leaves at least one pair
   */
  public static List<Row> of(List<RunRecord> records, Plan plan, Gate.Options options) {
    boolean injected =
        records.stream().anyMatch(r -> r.flags().stream().anyMatch(f -> f.matches(INJECTED_EVEN)));
    Series plain = Series.of(records.stream().filter(r -> !injected || r.fork() % 2 == 1).toList());
    Series slow =
        injected ? Series.of(records.stream().filter(r -> r.fork() % 2 == 0).toList()) : null;
    List<Row> rows = new ArrayList<>();
    for (int n : plan.forks()) {
      if (plain.length() >= 2 * n) {
        rows.add(row(plain, slow, n, plan, options));
      }
    }
    return rows;
  }

  private static Row row(Series plain, Series slow, int n, Plan plan, Gate.Options options) {
    Random random = new Random(plan.seed() * 1000 + n);
    List<Series> equal = slow == null ? List.of(plain) : List.of(plain, slow);
    int disjoint = equal.stream().mapToInt(s -> s.length() / (2 * n)).sum();
    int pairs = 0;
    int alarms = 0;
    int slowed = 0;
    int caught = 0;
    for (Series s : equal) {
      for (int from : starts(s.length(), 2 * n, plan.pairs() / equal.size(), random)) {
        List<List<RunRecord>> halves = s.halves(from, n, random);
        pairs++;
        alarms += regressed(halves.get(0), halves.get(1), options) ? 1 : 0;
        if (slow == null) {
          for (String setting : s.settings().keySet()) {
            slowed++;
            caught += stretched(halves, setting, plan.slowdown(), options) ? 1 : 0;
          }
        }
      }
    }
    if (slow != null) {
      int length = Math.min(plain.length(), slow.length());
      for (int from : starts(length, n, plan.pairs(), random)) {
        List<RunRecord> before = plain.window(from, n);
        List<RunRecord> after = slow.window(from, n);
        Comparison c =
            Gate.compare(Subjects.of("before", before), Subjects.of("after", after), options);
        for (String setting : plain.settings().keySet()) {
          slowed++;
          caught += names(c, key(before, setting)) ? 1 : 0;
        }
      }
    }
    return new Row(n, disjoint, pairs, alarms, slowed, caught);
  }

  /** Disjoint windows first; where they are too few, further ones anywhere. */
  private static List<Integer> starts(int length, int window, int wanted, Random random) {
    List<Integer> starts = new ArrayList<>();
    for (int from = 0; from + window <= length; from += window) {
      starts.add(from);
    }
    while (!starts.isEmpty() && starts.size() < wanted) {
      starts.add(random.nextInt(length - window + 1));
    }
    return starts;
  }

  private static boolean regressed(
      List<RunRecord> before, List<RunRecord> after, Gate.Options options) {
    return Gate.compare(Subjects.of("before", before), Subjects.of("after", after), options)
        .regressed();
  }

  private static boolean stretched(
      List<List<RunRecord>> halves, String setting, double slowdown, Gate.Options options) {
    List<RunRecord> now = halves.get(1);
    Subject.Group after = slowed(Subjects.of("after", now), key(now, setting), slowdown);
    return names(
        Gate.compare(Subjects.of("before", halves.get(0)), after, options), key(now, setting));
  }

  /** It must be the slowed setting that is named; another one would be luck. */
  private static boolean names(Comparison c, String key) {
    return c.changes().stream()
        .anyMatch(x -> x.verdict() == Verdict.REGRESSED && x.subject().key().equals(key));
  }

  private static String key(List<RunRecord> records, String setting) {
    return Subjects.key(
        records.stream().filter(r -> r.setting().equals(setting)).findFirst().orElseThrow());
  }

  private static Subject.Group slowed(Subject.Group group, String key, double slowdown) {
    List<Subject> subjects =
        group.subjects().stream()
            .map(s -> s.key().equals(key) ? slowed(s, 1 + slowdown) : s)
            .toList();
    return new Subject.Group(group.name(), subjects, group.machineClasses(), group.commits());
  }

  private static Subject slowed(Subject s, double factor) {
    Map<Metric, double[]> values = new LinkedHashMap<>();
    s.values()
        .forEach((metric, v) -> {
          boolean time = metric.kind() == Metric.Kind.TIME;
          double by = time ? metric.higherIsBetter() ? 1 / factor : factor : 1;
          values.put(metric, java.util.Arrays.stream(v).map(x -> x * by).toArray());
        });
    return new Subject(
        s.key(),
        s.name(),
        s.context(),
        values,
        s.standardErrors(),
        s.texts(),
        s.outputs(),
        s.greedy(),
        s.failed());
  }
}
