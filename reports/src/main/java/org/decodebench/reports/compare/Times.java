package org.decodebench.reports.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What all settings of a comparison say together about one figure of time: how forks scatter, and
 * how much of it their rulers explain.
 *
 * @param freedom degrees of freedom of all settings
 */
record Times(Metric metric, RulerEffect ruler, SharedScatter scatter, double freedom) {

  static Times of(Metric metric, List<Pair> pairs) {
    RulerEffect ruler =
        RulerEffect.of(
            pairs.stream().map(Pair::cell).flatMap(Optional::stream).toList(),
            metric.higherIsBetter());
    List<LogRatio.Pooled> own = pairs.stream().map(p -> pooled(p, ruler)).toList();
    double[] dfs = own.stream().mapToDouble(LogRatio.Pooled::df).toArray();
    double[] variances = own.stream().mapToDouble(LogRatio.Pooled::variance).toArray();
    return new Times(metric, ruler, SharedScatter.fit(variances, dfs), Arrays.stream(dfs).sum());
  }

  private static LogRatio.Pooled pooled(Pair pair, RulerEffect ruler) {
    return ruler == RulerEffect.NONE
        ? LogRatio.pooled(pair.old(), pair.now())
        : pair.cell()
            .map(c -> ruler.pooled(c, pair.metric().higherIsBetter()))
            .orElseGet(() -> LogRatio.pooled(pair.old(), pair.now()));
  }

  /** The ratio of a setting's times on one and the same machine. */
  LogRatio ratio(Pair pair, Drift drift) {
    LogRatio.Pooled own = pooled(pair, ruler);
    SharedScatter.Shrunk shrunk =
        scatter.shrink(own.df() > 0 ? own.variance() : 0, own.df(), freedom);
    LogRatio raw = LogRatio.ofForks(pair.old(), pair.now(), shrunk.variance(), shrunk.df());
    LogRatio steady =
        pair.cell().map(c -> ruler.correct(raw, c, metric.higherIsBetter(), drift)).orElse(raw);
    return drift.correct(steady, metric);
  }

  /** For the reader, if the rulers explain anything. */
  Optional<String> explained() {
    return ruler == RulerEffect.NONE
        ? Optional.empty()
        : Optional.of("%.0f %% of %s".formatted(100 * ruler.explained(), metric.label()));
  }
}
