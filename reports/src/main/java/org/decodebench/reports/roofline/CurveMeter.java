package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.kernel.Gauge;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ForwardCost;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.decodebench.reports.stats.Stats;

/** Measures forwards over 1, 2, 4… positions behind a short prefix. */
final class CurveMeter {
  private static final int MOST_WIDTH = 64;
  private static final int MOST_PREFIX = 32;
  private static final long EACH_NANOS = 100_000_000;
  private static final long MOST_NANOS = 3_000_000_000L;
  private static final double BETTER = 0.97;
  private static final int LEAST_TURNS = 6;

  /** Forwards between two readings of the limits. */
  private static final long TURN_NANOS = 20_000_000;

  private final LanguageModel model;
  private final ForwardCost cost;
  private final int prefix;

  CurveMeter(LanguageModel model) {
    this.model = model;
    cost = model.cost();
    prefix = Math.min(MOST_PREFIX, Math.max(1, model.config().contextLength() - MOST_WIDTH));
  }

  /** Whether forwards of this model have a cost that can be counted. */
  static boolean counted(LanguageModel model) {
    return model.cost().bytes(List.of(run(1, 0))) > 0;
  }

  /** What tells models apart whose forwards cost the same. */
  static String signature(LanguageModel model) {
    ForwardCost cost = model.cost();
    StringBuilder out = new StringBuilder();
    for (Run run : List.of(run(1, 0), run(2, 0), run(1, 1))) {
      out.append(cost.bytes(List.of(run))).append(' ').append(cost.flops(List.of(run))).append(' ');
    }
    return out.toString();
  }

  private static Run run(int width, int first) {
    int[] tokens = new int[width];
    for (int i = 0; i < width; i++) {
      tokens[i] = i + 1;
    }
    return new Run(0, tokens, first, Attention.CAUSAL, Run.all(width));
  }

  ForwardCurve measure(RuntimeOptions options) {
    List<ForwardCurve.Point> points = new ArrayList<>();
    int room = Math.min(MOST_WIDTH, model.config().contextLength() - prefix);
    boolean here = options.backend() != RuntimeOptions.Backend.TORNADO;
    Gauge gauge = here ? Gauge.of(options.threads(), Math.round(bytes(1, 0))) : null;
    try (Session session = model.open(prefix + room, 1)) {
      session.forward(List.of(run(prefix, 0)));
      session.commit(0, prefix);
      session.forward(List.of(run(room, prefix)));
      KernelsProvider.awaitCompiled();
      for (int width = 1; width <= room; width *= 2) {
        points.add(point(session, gauge, width));
      }
    }
    double cache = bytes(1, 1) - bytes(1, 0);
    double key = flop(1, 1) - flop(1, 0);
    return new ForwardCurve(
        model.name(),
        ThreadPool.of(options.threads()).threads(),
        here ? KernelsProvider.choose(options.backend()).name() : "tornado",
        bytes(1, 0) - cache,
        cache,
        flop(1, 0) - key,
        key,
        null,
        prefix,
        points);
  }

  /**
   * In turns with the machine's limits of the moment. The least time is the machine's; what is more
   * was disturbed. As long as runs get faster, the compiler is still at work, and it goes on.
   *
   * @param gauge null where the model runs on another device
   */
  private ForwardCurve.Point point(Session session, Gauge gauge, int width) {
    List<Run> runs = List.of(run(width, prefix));
    double bytes = bytes(width, prefix);
    double flop = flop(width, prefix);
    List<Double> turns = new ArrayList<>();
    List<Gauge.Rates> rates = new ArrayList<>();
    long least = Long.MAX_VALUE;
    long taken = 0;
    long enough = EACH_NANOS;
    while (turns.size() < LEAST_TURNS || taken < Math.min(enough, MOST_NANOS)) {
      if (gauge != null) {
        rates.add(gauge.read());
      }
      long turn = 0;
      int forwards = 0;
      while (turn < TURN_NANOS) {
        long start = System.nanoTime();
        session.forward(runs);
        long nanos = System.nanoTime() - start;
        turn += nanos;
        forwards++;
        if (nanos < BETTER * least) {
          enough = taken + turn + EACH_NANOS;
        }
        least = Math.min(least, nanos);
      }
      taken += turn;
      turns.add(turn * 1e-6 / forwards);
    }
    if (gauge != null) {
      rates.add(gauge.read());
    }
    Double beside = gauge == null ? null : beside(turns, rates, bytes, flop);
    return new ForwardCurve.Point(width, least * 1e-6, bytes, flop, beside);
  }

  /**
   * Median of time / limit over the later half of the turns; the first may be the compiler's.
   *
   * @param rates before, between and after the turns
   */
  static double beside(List<Double> turns, List<Gauge.Rates> rates, double bytes, double flop) {
    return Stats.median(
        IntStream.range(turns.size() / 2, turns.size())
            .mapToDouble(i -> {
              Gauge.Rates here = rates.get(i).mean(rates.get(i + 1));
              Ceiling ceiling = new Ceiling("here", here.bytesPerSecond(), here.flopPerSecond());
              return turns.get(i) / ForwardCurve.ideal(ceiling, bytes, flop);
            })
            .toArray());
  }

  private double bytes(int width, int first) {
    return cost.bytes(List.of(run(width, first)));
  }

  private double flop(int width, int first) {
    return cost.flops(List.of(run(width, first)));
  }
}
