package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decodebench.reports.result.RunRecord;

/**
 * Tokens/s of a decoder under other conditions, from the counted work of the measured decode and
 * the roofline: each forward takes the longer of bytes / bandwidth and FLOP / peak, divided by the
 * share of that limit which forwards of its width were measured to reach here. What the decoder
 * does between forwards is left out, and the engine is taken to be as good elsewhere as here.
 */
final class Prediction {

  /**
   * Conditions.
   *
   * @param name for people
   * @param ceiling null for this machine
   * @param batch sequences that share each forward
   * @param context positions in the cache; NaN for those of the measured decode
   * @param widening how many times wider each forward is, at the same number of forwards
   */
  record Load(String name, Ceiling ceiling, double batch, double context, double widening) {}

  private final Measured measured;
  private final RunRecord record;
  private final List<Widths.Share> shares;
  private final Optional<ForwardCurve> curve;

  Prediction(Measured measured, RunRecord record) {
    this.measured = measured;
    this.record = record;
    shares = Widths.of(record);
    curve = measured.curve(record);
  }

  /**
   * What loads a report shows: the measured one first.
   *
   * @param machines beside this one
   */
  static List<Load> loads(List<Ceiling> machines) {
    List<Load> loads =
        new ArrayList<>(
            List.of(
                new Load("here", null, 1, Double.NaN, 1),
                new Load("4× as wide", null, 1, Double.NaN, 4),
                new Load("context 1024", null, 1, 1024, 1),
                new Load("batch 8", null, 8, Double.NaN, 1),
                new Load("batch 64", null, 64, Double.NaN, 1)));
    for (Ceiling machine : machines) {
      loads.add(new Load(machine.name(), machine, 1, Double.NaN, 1));
      loads.add(new Load("the same, batch 64", machine, 64, Double.NaN, 1));
    }
    return List.copyOf(loads);
  }

  /** Tokens/s of all sequences; NaN where nothing was counted or the decode was batched. */
  double tokensPerSecond(Load load) {
    if (shares.isEmpty()
        || curve.isEmpty()
        || record.batch() != 1
        || measured.ceiling(record, 0).isEmpty()) {
      return Double.NaN;
    }
    double ms = 0;
    for (Widths.Share share : shares) {
      ms += share.draft() ? draft(share, load) : target(share, load, curve.get());
    }
    return 1e3 * load.batch() / ms;
  }

  private double target(Widths.Share share, Load load, ForwardCurve c) {
    double width = share.width() * load.widening();
    // Positions in the cache, from the bytes that the forwards read on average.
    double seen = (share.bytes() / share.forwards() - c.weightBytes()) / c.cacheBytesPerPosition();
    double context =
        Double.isNaN(load.context()) ? Math.max(0, seen - share.width()) : load.context();
    double bytes = c.bytes(width, context, load.batch());
    double flop = c.flop(width, context, load.batch());
    double share1 = c.efficiency(here(c.weightBytes()), width * load.batch());
    return share.forwards()
        * ForwardCurve.ideal(ceiling(load, c.weightBytes()), bytes, flop)
        / share1;
  }

  /** Of a draft model only the totals are known; its engine is the target's. */
  private double draft(Widths.Share share, Load load) {
    double bytes = share.bytes() / share.forwards();
    double flop = share.flop() / share.forwards() * load.batch() * load.widening();
    double reached =
        curve.get().efficiency(here(curve.get().weightBytes()), share.width() * load.batch());
    return share.forwards() * ForwardCurve.ideal(ceiling(load, bytes), bytes, flop) / reached;
  }

  private Ceiling here(double weightBytes) {
    return measured.ceiling(record, weightBytes).orElseThrow();
  }

  private Ceiling ceiling(Load load, double weightBytes) {
    return load.ceiling() == null ? here(weightBytes) : load.ceiling();
  }
}
