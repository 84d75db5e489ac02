package org.decodebench.reports.compare;

/**
 * One metric of one subject, before and after.
 *
 * @param subject in the current results
 * @param before of the baseline: for times the geometric mean of its forks, else their median
 * @param after the same of the current forks
 * @param forksBefore forks of the baseline that have the metric
 * @param forksAfter current forks that have it
 * @param ratio {@code after / before}, corrected for the machine's drift where that is known
 * @param lo lower end of its 95 % interval; NaN if there is none
 * @param hi upper end
 * @param p that the metric got no worse than the threshold allows, corrected for the number of
 *     comparisons (Holm); NaN if there is no test
 * @param mannWhitney two-sided p-value that the forks of both sides are of one distribution, a
 *     second opinion that knows nothing of logarithms; NaN for what is no time
 * @param cliffsDelta effect size: P(new > old) - P(new < old) over all pairs of forks; NaN likewise
 * @param verdict what follows
 * @param note why, where that is not plain; may be empty
 */
public record Change(
    Subject subject,
    Metric metric,
    double before,
    double after,
    int forksBefore,
    int forksAfter,
    double ratio,
    double lo,
    double hi,
    double p,
    double mannWhitney,
    double cliffsDelta,
    Verdict verdict,
    String note) {

  boolean hasInterval() {
    return Double.isFinite(lo) && Double.isFinite(hi);
  }
}
