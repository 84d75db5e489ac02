package org.decodebench.reports.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;

/** Reads what can be compared: result folders, {@code runs.jsonl}, JMH's JSON. */
public final class Subjects {
  private Subjects() {}

  /**
   * @throws UsageException if there is nothing that can be read
   */
  public static Subject.Group read(Path path) {
    if (!Files.exists(path)) {
      throw new UsageException(
          "no results at %s: give a result folder, a runs.jsonl or a JMH result in JSON"
              .formatted(path));
    }
    if (!Files.isDirectory(path) && path.toString().endsWith(".json")) {
      return JmhResults.read(path);
    }
    return of(path.toString(), Results.read(path).records());
  }

  /** From records; forks of one setting come together. */
  public static Subject.Group of(String name, List<RunRecord> records) {
    Map<String, List<RunRecord>> byKey = new LinkedHashMap<>();
    for (RunRecord r : records) {
      byKey.computeIfAbsent(key(r), _ -> new ArrayList<>()).add(r);
    }
    return new Subject.Group(
        name,
        byKey.entrySet().stream().map(e -> subject(e.getKey(), e.getValue())).toList(),
        collect(records.stream().map(RunRecord::machineClass).toList()),
        collect(records.stream().map(RunRecord::commit).toList()));
  }

  private static Set<String> collect(List<String> values) {
    return values.stream().filter(Objects::nonNull).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Model, decoder with its settings, workload, and the shape and place of the computation. */
  static String key(RunRecord r) {
    return String.join(
        " ",
        String.valueOf(r.modelHash()),
        r.decoder(),
        String.valueOf(r.workloadHash()),
        "n=" + r.maxNewTokens(),
        "batch=" + r.batch(),
        "threads=" + r.threads(),
        String.valueOf(r.backend()),
        "seed=" + r.seed());
  }

  private static Subject subject(String key, List<RunRecord> all) {
    List<RunRecord> ok = all.stream().filter(RunRecord::ok).toList();
    RunRecord first = ok.isEmpty() ? all.getFirst() : ok.getFirst();
    Map<Metric, double[]> values = new LinkedHashMap<>();
    for (Figure figure : Figure.all()) {
      Optional<Metric> metric = Metric.of(figure);
      double[] known = known(ok, figure.name());
      if (metric.isPresent() && known.length > 0) {
        values.put(metric.get(), known);
      }
    }
    return new Subject(
        key,
        first.decoder(),
        "%s, %s, %d tokens%s, %d %s, %s"
            .formatted(
                first.model(),
                first.workload(),
                first.maxNewTokens(),
                first.batch() > 1 ? ", batch " + first.batch() : "",
                first.threads(),
                first.threads() == 1 ? "thread" : "threads",
                first.backend()),
        values,
        standardErrors(ok),
        texts(ok, first),
        ok.stream()
            .map(RunRecord::outputHash)
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(LinkedHashSet::new)),
        first.greedy(),
        all.size() - ok.size());
  }

  private static double[] known(List<RunRecord> records, String figure) {
    return records.stream().mapToDouble(r -> r.figure(figure)).filter(Double::isFinite).toArray();
  }

  /**
   * A figure {@code x} may come with its standard error as {@code x_se}. The perplexity of a model
   * is that of one set of texts, whatever the forks; sampled texts are others in every fork, so
   * their errors shrink with the forks.
   */
  private static Map<String, Double> standardErrors(List<RunRecord> records) {
    Map<String, List<Double>> all = new LinkedHashMap<>();
    for (RunRecord r : records) {
      r.figures()
          .forEach((name, value) -> {
            if (name.endsWith("_se") && value != null && Double.isFinite(value)) {
              all.computeIfAbsent(
                      name.substring(0, name.length() - "_se".length()), _ -> new ArrayList<>())
                  .add(value);
            }
          });
    }
    Map<String, Double> errors = new LinkedHashMap<>();
    all.forEach((name, values) -> {
      double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      boolean sameTexts = !name.startsWith("source_") || records.getFirst().greedy();
      errors.put(name, sameTexts ? mean : mean / Math.sqrt(values.size()));
    });
    return errors;
  }

  /** How many texts stand behind a share: greedy ones are the same in every fork. */
  private static int texts(List<RunRecord> ok, RunRecord first) {
    return first.greedy()
        ? first.prompts()
        : Math.max(first.prompts(), ok.stream().mapToInt(r -> r.decodes() * r.batch()).sum());
  }
}
