package org.decodebench.reports.roofline;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;

/**
 * How few forwards a diffusion setting may take to be as fast as autoregressive decoding on the
 * same hardware at the same batch: by the measured times of a forward, and by those which the
 * roofline allows.
 *
 * @param row of the diffusion setting
 * @param ar the fastest autoregressive setting under the same conditions
 * @param measured forwards a token below which it is faster, if its forwards cost what they do here
 * @param predicted the same if forwards of both cost what the limits allow
 */
public record Crossover(SummaryRow row, SummaryRow ar, double measured, double predicted) {

  /** Of every diffusion setting that has an autoregressive one beside it. */
  public static List<Crossover> of(List<SummaryRow> rows) {
    return rows.stream()
        .filter(r -> r.first().decoderName().endsWith("diffusion"))
        .filter(r -> r.figure(Efficiency.LIMIT).known())
        .map(r -> beside(r, rows).map(ar -> of(r, ar)))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<SummaryRow> beside(SummaryRow row, List<SummaryRow> rows) {
    return rows.stream()
        .filter(r -> r.first().decoderName().equals("ar"))
        .filter(r -> r.figure(Efficiency.LIMIT).known())
        .filter(r -> conditions(r.first()).equals(conditions(row.first())))
        .max(Comparator.comparingDouble(r -> -median(r, Efficiency.MEASURED)));
  }

  private static List<Object> conditions(RunRecord r) {
    return List.of(
        Objects.toString(r.backend()),
        r.batch(),
        r.threads(),
        r.maxNewTokens(),
        Objects.toString(r.workload()));
  }

  private static Crossover of(SummaryRow row, SummaryRow ar) {
    double forwards = median(row, "nfe_per_token");
    return new Crossover(
        row,
        ar,
        forwards * median(ar, Efficiency.MEASURED) / median(row, Efficiency.MEASURED),
        forwards * median(ar, Efficiency.LIMIT) / median(row, Efficiency.LIMIT));
  }

  private static double median(SummaryRow row, String figure) {
    return row.figure(figure).median();
  }

  /** Forwards a token that it takes. */
  double forwards() {
    return median(row, "nfe_per_token");
  }

  /** Positions of a forward, over the batch. */
  double width() {
    return median(row, "positions_per_token") / forwards();
  }

  /** Its speed against the autoregressive setting's. */
  double speedup() {
    return median(ar, Efficiency.MEASURED) / median(row, Efficiency.MEASURED);
  }
}
