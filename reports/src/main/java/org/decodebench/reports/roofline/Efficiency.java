package org.decodebench.reports.roofline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.reports.result.RunRecord;

/**
 * The time that the machine's limits allow a decoder for a token, and the share of it that the
 * engine reaches.
 */
public final class Efficiency {
  /** Names of the figures. */
  public static final String LIMIT = "limit_ms_per_token";

  public static final String MEASURED = "measured_ms_per_token";
  public static final String SHARE = "roofline_share";

  private Efficiency() {}

  /**
   * The record with what the limits say of it; itself where nothing is known.
   *
   * <p>Each forward takes at least the longer of its bytes / bandwidth and its FLOP / peak.
   * Forwards of one width are taken together.
   */
  public static RunRecord added(RunRecord record, Measured measured) {
    List<Widths.Share> shares = Widths.of(record);
    double speed = record.figure("tokens_per_s");
    if (!record.ok() || shares.isEmpty() || !(speed > 0)) {
      return record;
    }
    double limit = 0;
    for (Widths.Share s : shares) {
      Optional<Ceiling> ceiling = measured.ceiling(record, s.bytes() / s.forwards());
      if (ceiling.isEmpty()) {
        return record;
      }
      limit += ForwardCurve.ideal(ceiling.get(), s.bytes(), s.flop());
    }
    Map<String, Double> figures = new LinkedHashMap<>(record.figures());
    figures.put(LIMIT, limit);
    figures.put(MEASURED, 1e3 / speed);
    figures.put(SHARE, limit / (1e3 / speed));
    return with(record, figures);
  }

  private static RunRecord with(RunRecord r, Map<String, Double> figures) {
    return new RunRecord(
        r.schemaVersion(),
        r.runId(),
        r.setting(),
        r.experiment(),
        r.startedAt(),
        r.order(),
        r.fork(),
        r.status(),
        r.error(),
        r.machineClass(),
        r.commit(),
        r.model(),
        r.modelHash(),
        r.paradigm(),
        r.decoder(),
        r.workload(),
        r.workloadHash(),
        r.prompts(),
        r.maxNewTokens(),
        r.batch(),
        r.threads(),
        r.backend(),
        r.seed(),
        r.flags(),
        r.warmupIterations(),
        r.stationary(),
        r.iterations(),
        r.decodes(),
        r.perplexityKind(),
        r.outputHash(),
        r.greedy(),
        r.acceptanceByPosition(),
        r.phaseMs(),
        r.warmupSamplesMs(),
        r.latencySamplesMs(),
        r.outliers(),
        r.warnings(),
        figures);
  }
}
