package org.decodebench.reports.page;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.decodebench.reports.result.Figure;

/**
 * Which figure stands for quality in an experiment, and what counts as equal.
 *
 * @param figure the exact NLL under the source where there is one, else the model's perplexity
 * @param label of an axis, with the kinds of perplexity that occur
 */
record Quality(Figure figure, String label) {

  /** Share by which NLL or perplexity may be worse and still count as equal. */
  static final double TOLERANCE = 0.02;

  /** Points of validity that may be missing. */
  static final double VALIDITY_TOLERANCE = 0.02;

  /** Empty if no setting has a figure of quality. */
  static Optional<Quality> of(List<Entry> entries) {
    if (known(entries, "source_nll_per_token")) {
      return Optional.of(
          new Quality(Figure.of("source_nll_per_token"), "exact source NLL, nats/token"));
    }
    if (known(entries, "perplexity")) {
      List<String> kinds =
          entries.stream()
              .filter(e -> !Double.isNaN(e.median("perplexity")))
              .map(e -> String.valueOf(e.first().perplexityKind()))
              .distinct()
              .sorted()
              .toList();
      return Optional.of(
          new Quality(
              Figure.of("perplexity"), "held-out perplexity (" + String.join(", ", kinds) + ")"));
    }
    return Optional.empty();
  }

  private static boolean known(List<Entry> entries, String figure) {
    return entries.stream().anyMatch(e -> !Double.isNaN(e.median(figure)));
  }

  double of(Entry entry) {
    return entry.median(figure.name());
  }

  /** Whether a setting is not worse than the baseline, within the tolerances. */
  boolean equal(Entry entry, Entry baseline) {
    return of(entry) <= of(baseline) * (1 + TOLERANCE) && validEnough(entry, baseline);
  }

  /** Whether as many texts are valid as of the baseline; true where validity is not known. */
  static boolean validEnough(Entry entry, Entry baseline) {
    double valid = entry.median("valid_share");
    double asked = baseline.median("valid_share");
    return Double.isNaN(valid) || Double.isNaN(asked) || valid >= asked - VALIDITY_TOLERANCE;
  }

  static Comparator<Entry> bySpeed() {
    return Comparator.comparingDouble(e -> e.median(Figure.HEADLINE));
  }

  /** Settings that no other beats in speed without being worse in {@code figure}; slowest first. */
  static List<Entry> frontier(List<Entry> entries, Figure figure) {
    boolean lower = figure.better() == Figure.Better.LOWER;
    List<Entry> fastestFirst =
        entries.stream()
            .filter(e ->
                !Double.isNaN(e.median(Figure.HEADLINE)) && !Double.isNaN(e.median(figure.name())))
            .sorted(bySpeed().reversed())
            .toList();
    java.util.ArrayDeque<Entry> frontier = new java.util.ArrayDeque<>();
    double best = Double.POSITIVE_INFINITY;
    for (Entry e : fastestFirst) {
      double cost = lower ? e.median(figure.name()) : -e.median(figure.name());
      if (cost < best) {
        best = cost;
        frontier.addFirst(e);
      }
    }
    return List.copyOf(frontier);
  }
}
