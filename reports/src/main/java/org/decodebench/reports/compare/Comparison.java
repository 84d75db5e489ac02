package org.decodebench.reports.compare;

import java.util.List;

/**
 * Two sets of results against each other.
 *
 * @param baseline name of the first
 * @param current name of the second
 * @param threshold share by which a metric may be worse
 * @param changes one a metric of a matched subject
 * @param outputChanges greedy outputs that are not what they were
 * @param failures subjects that worked in the baseline and of which no fork finished now
 * @param onlyBaseline subjects without a partner
 * @param onlyCurrent subjects without a partner
 * @param notes what else the reader should know
 */
public record Comparison(
    String baseline,
    String current,
    double threshold,
    List<Change> changes,
    List<OutputChange> outputChanges,
    List<Subject> failures,
    List<Subject> onlyBaseline,
    List<Subject> onlyCurrent,
    List<String> notes) {

  /** A greedy output that changed, by the hashes of its tokens. */
  public record OutputChange(Subject subject, String before, String after) {}

  public long count(Verdict verdict) {
    return changes.stream().filter(c -> c.verdict() == verdict).count();
  }

  /** Whether the gate fails: something is worse with confidence, or does not run any more. */
  public boolean regressed() {
    return count(Verdict.REGRESSED) > 0 || !failures.isEmpty();
  }

  /** One line: the counts, and the names of what regressed. */
  public String headline() {
    String regressed =
        changes.stream()
            .filter(c -> c.verdict() == Verdict.REGRESSED)
            .map(c -> c.subject().name())
            .distinct()
            .collect(java.util.stream.Collectors.joining(", "));
    return "%d regressed%s, %d improved, %d unchanged, %d undecided at a threshold of %s"
        .formatted(
            count(Verdict.REGRESSED),
            regressed.isEmpty() ? "" : " (" + regressed + ")",
            count(Verdict.IMPROVED),
            count(Verdict.UNCHANGED),
            count(Verdict.UNDECIDED),
            percent(threshold));
  }

  static String percent(double share) {
    String text = String.format(java.util.Locale.ROOT, "%.1f", share * 100);
    return text.replaceFirst("\\.0$", "") + " %";
  }
}
