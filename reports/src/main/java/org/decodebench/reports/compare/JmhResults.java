package org.decodebench.reports.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JMH's {@code -rf json}: one subject a benchmark with its parameters, one value a fork. */
final class JmhResults {
  private JmhResults() {}

  static Subject.Group read(Path file) {
    try {
      JsonNode root = Json.LINES.readTree(Files.readString(file));
      List<Subject> subjects = new ArrayList<>();
      Set<String> machines = new TreeSet<>();
      for (JsonNode benchmark : root) {
        subjects.add(subject(file, benchmark));
      }
      if (!root.isArray() || subjects.isEmpty()) {
        throw notJmh(file);
      }
      return new Subject.Group(file.toString(), subjects, machines, Set.of());
    } catch (JacksonException e) {
      throw notJmh(file);
    } catch (IOException e) {
      throw new UsageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static UsageException notJmh(Path file) {
    return new UsageException(
        file + ": not a JMH result; write one with 'decodebench jmh -rf json -rff FILE'");
  }

  private static Subject subject(Path file, JsonNode benchmark) {
    String name = benchmark.path("benchmark").asString("");
    String mode = benchmark.path("mode").asString("");
    JsonNode primary = benchmark.path("primaryMetric");
    if (name.isEmpty() || !primary.isObject()) {
      throw notJmh(file);
    }
    StringBuilder parameters = new StringBuilder();
    for (Map.Entry<String, JsonNode> p : benchmark.path("params").properties()) {
      parameters
          .append(parameters.isEmpty() ? "" : ",")
          .append(p.getKey())
          .append('=')
          .append(p.getValue().asString(""));
    }
    String spec = parameters.isEmpty() ? name : name + ":" + parameters;
    Metric score =
        new Metric(
            "score",
            mode.equals("thrpt") ? "throughput" : "time",
            primary.path("scoreUnit").asString(""),
            // Throughput is the only mode of JMH in which more is better.
            mode.equals("thrpt"),
            Metric.Kind.TIME);
    return new Subject(
        spec + " " + mode + " threads=" + benchmark.path("threads").asInt(1),
        spec,
        mode,
        Map.of(score, forks(primary)),
        Map.of(),
        0,
        Set.of(),
        false,
        0);
  }

  /** Median of each fork's iterations: the fork is the unit. */
  private static double[] forks(JsonNode primary) {
    List<Double> medians = new ArrayList<>();
    for (JsonNode fork : primary.path("rawData")) {
      double[] iterations = new double[fork.size()];
      int n = 0;
      for (JsonNode value : fork) {
        if (value.isNumber()) {
          iterations[n++] = value.asDouble();
        }
      }
      if (n > 0) {
        double[] sorted = Arrays.copyOf(iterations, n);
        Arrays.sort(sorted);
        medians.add((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
      }
    }
    return medians.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
