package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ForwardCost;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;

/** Measures forwards over 1, 2, 4… positions behind a short prefix. */
final class CurveMeter {
  private static final int MOST_WIDTH = 64;
  private static final int MOST_PREFIX = 32;
  private static final long EACH_NANOS = 100_000_000;
  private static final long MOST_NANOS = 3_000_000_000L;
  private static final double BETTER = 0.97;
  private static final int LEAST_RUNS = 5;

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
    try (Session session = model.open(prefix + room, 1)) {
      session.forward(List.of(run(prefix, 0)));
      session.commit(0, prefix);
      session.forward(List.of(run(room, prefix)));
      KernelsProvider.awaitCompiled();
      for (int width = 1; width <= room; width *= 2) {
        points.add(point(session, width));
      }
    }
    double cache = bytes(1, 1) - bytes(1, 0);
    double key = flop(1, 1) - flop(1, 0);
    return new ForwardCurve(
        model.name(),
        ThreadPool.of(options.threads()).threads(),
        options.backend() == RuntimeOptions.Backend.TORNADO
            ? "tornado"
            : KernelsProvider.choose(options.backend()).name(),
        bytes(1, 0) - cache,
        cache,
        flop(1, 0) - key,
        key,
        null,
        prefix,
        points);
  }

  /**
   * The least of many runs is the machine's; what is more was disturbed. As long as runs get
   * faster, the compiler is still at work, and it goes on.
   */
  private ForwardCurve.Point point(Session session, int width) {
    List<Run> runs = List.of(run(width, prefix));
    long least = Long.MAX_VALUE;
    long now = System.nanoTime();
    long last = now + MOST_NANOS;
    long end = now + EACH_NANOS;
    for (int i = 0; i < LEAST_RUNS || now < Math.min(end, last); i++) {
      long start = now;
      session.forward(runs);
      now = System.nanoTime();
      if (now - start < BETTER * least) {
        end = now + EACH_NANOS;
      }
      least = Math.min(least, now - start);
    }
    return new ForwardCurve.Point(width, least * 1e-6, bytes(width, prefix), flop(width, prefix));
  }

  private double bytes(int width, int first) {
    return cost.bytes(List.of(run(width, first)));
  }

  private double flop(int width, int first) {
    return cost.flops(List.of(run(width, first)));
  }
}
