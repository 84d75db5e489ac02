package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.decodebench.reports.stats.Stats;

/**
 * Speeds of several decodes within one JVM. The first of them would pay for the compilation of what
 * all share: some 30 texts of the embedded models, at a quarter of the speed that the others find.
 * So all warm up in turns (A B C, A B C, …) until their times have settled, and are timed in turns
 * only then: neither the compilers nor a machine's drift favours any of them.
 */
final class SpeedTurns {
  /** The middle one of so many texts is a decode's speed; more of them where texts are quick. */
  private static final int ROUNDS = 11;

  /** Fewest, where texts are slow. */
  private static final int FEWEST = 3;

  /** Quick texts are timed for so long, each decode. */
  private static final long QUICK_NANOS = 200_000_000L;

  /** With slow ones no further round begins after so long. */
  private static final long SLOW_NANOS = 30_000_000_000L;

  static final WarmUp.Limits WARM_UP = new WarmUp.Limits(Integer.MAX_VALUE, 60_000, true);

  /** Decodes a text. */
  interface Decode {
    /**
     * @return emitted tokens
     */
    int tokens(long seed);
  }

  /**
   * @param tokensPerS of each decode, the median of its texts
   * @param settled whether the times had settled when they were taken
   */
  record Speeds(List<Double> tokensPerS, boolean settled) {}

  private final WarmUp.Limits warmUp;
  private final BooleanSupplier compilersIdle;
  private final LongSupplier nanos;

  SpeedTurns() {
    this(WARM_UP, new CompilerLoad()::idle, System::nanoTime);
  }

  SpeedTurns(WarmUp.Limits warmUp, BooleanSupplier compilersIdle, LongSupplier nanos) {
    this.warmUp = warmUp;
    this.compilersIdle = compilersIdle;
    this.nanos = nanos;
  }

  Speeds of(List<Decode> decodes) {
    WarmUp warm = WarmUp.of(warmUp, () -> round(decodes), compilersIdle);
    System.gc(); // what came before is not collected while we measure
    List<List<Double>> speeds = new ArrayList<>();
    decodes.forEach(_ -> speeds.add(new ArrayList<>()));
    long start = nanos.getAsLong();
    for (int round = 0; !enough(round, nanos.getAsLong() - start, decodes.size()); round++) {
      for (int d = 0; d < decodes.size(); d++) {
        long from = nanos.getAsLong();
        int tokens = decodes.get(d).tokens(round);
        speeds.get(d).add(1e9 * tokens / (nanos.getAsLong() - from));
      }
    }
    return new Speeds(
        speeds.stream()
            .map(s -> Stats.median(s.stream().mapToDouble(Double::doubleValue).toArray()))
            .toList(),
        warm.stationary());
  }

  /**
   * @return its time, milliseconds
   */
  private double round(List<Decode> decodes) {
    long from = nanos.getAsLong();
    decodes.forEach(d -> d.tokens(0));
    return (nanos.getAsLong() - from) / 1e6;
  }

  private static boolean enough(int rounds, long taken, int decodes) {
    return rounds >= ROUNDS && taken >= decodes * QUICK_NANOS
        || rounds >= FEWEST && taken >= SLOW_NANOS;
  }
}
