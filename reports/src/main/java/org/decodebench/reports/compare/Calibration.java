package org.decodebench.reports.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.RunRecord;

/**
 * How often the gate is wrong on a machine, from one long run of the same code: its forks, in the
 * order in which they were made, are cut into blocks, and neighbouring blocks are compared as if
 * they were two runs. Every failure among such pairs is a false alarm; with the times of one
 * setting stretched, every pass is a miss.
 */
public final class Calibration {
  private Calibration() {}

  /**
   * @param forks in a block
   * @param pairs that were compared
   * @param falseAlarms pairs of equal code that failed
   * @param caught pairs that failed after one setting was slowed
   * @param slowed pairs with a slowed setting: one a setting and pair
   */
  public record Row(int forks, int pairs, int falseAlarms, int caught, int slowed) {
    public double falseAlarmRate() {
      return (double) falseAlarms / pairs;
    }

    public double power() {
      return (double) caught / slowed;
    }
  }

  /**
   * @param records of one folder, all of the same code
   * @param slowdown share by which times are stretched, for example 0.1
   * @return a row a block size that leaves at least one pair
   */
  public static List<Row> of(
      List<RunRecord> records, List<Integer> forks, double slowdown, Gate.Options options) {
    List<Row> rows = new ArrayList<>();
    for (int n : forks) {
      List<List<RunRecord>> blocks = blocks(records, n);
      if (blocks.size() >= 2) {
        rows.add(row(blocks, n, slowdown, options));
      }
    }
    return rows;
  }

  private static Row row(
      List<List<RunRecord>> blocks, int forks, double slowdown, Gate.Options options) {
    int alarms = 0;
    int caught = 0;
    int slowed = 0;
    for (int i = 0; i + 1 < blocks.size(); i++) {
      Subject.Group before = Subjects.of("before", blocks.get(i));
      List<RunRecord> now = blocks.get(i + 1);
      alarms += Gate.compare(before, Subjects.of("after", now), options).regressed() ? 1 : 0;
      for (String setting : now.stream().map(RunRecord::setting).distinct().toList()) {
        Subject.Group after = slowed(Subjects.of("after", now), key(now, setting), slowdown);
        Comparison c = Gate.compare(before, after, options);
        // It must be the slowed setting that is named; another one would be luck.
        boolean named =
            c.changes().stream()
                .anyMatch(x ->
                    x.verdict() == Verdict.REGRESSED
                        && x.subject().key().equals(key(now, setting)));
        caught += named ? 1 : 0;
        slowed++;
      }
    }
    return new Row(forks, blocks.size() - 1, alarms, caught, slowed);
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

  /** Blocks of {@code n} forks of every setting, in the order in which they ran. */
  private static List<List<RunRecord>> blocks(List<RunRecord> records, int n) {
    Map<String, List<RunRecord>> settings = new LinkedHashMap<>();
    records.stream()
        .filter(RunRecord::ok)
        .sorted(Comparator.comparingInt(RunRecord::order))
        .forEach(r -> settings.computeIfAbsent(r.setting(), _ -> new ArrayList<>()).add(r));
    int count = settings.values().stream().mapToInt(List::size).min().orElse(0) / n;
    List<List<RunRecord>> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      List<RunRecord> block = new ArrayList<>();
      for (List<RunRecord> forks : settings.values()) {
        block.addAll(forks.subList(b * n, (b + 1) * n));
      }
      blocks.add(block);
    }
    return blocks;
  }
}
