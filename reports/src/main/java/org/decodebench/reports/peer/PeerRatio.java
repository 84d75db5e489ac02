package org.decodebench.reports.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.stats.Stats;

/**
 * This engine over a peer on one task.
 *
 * @param ours a result of this engine
 * @param peer a result of the peer
 * @param phase {@code prefill} or {@code decode}
 * @param oursPerS median tokens/s
 * @param peerPerS the same
 * @param ratio ours over the peer's, with its interval over rounds
 */
record PeerRatio(
    PeerResult ours,
    PeerResult peer,
    String phase,
    double oursPerS,
    double peerPerS,
    Estimate ratio) {

  static List<PeerRatio> of(List<PeerResult> all) {
    Map<PeerTask, Map<String, List<PeerResult>>> tasks = new LinkedHashMap<>();
    for (PeerResult r : all) {
      PeerTask task = new PeerTask(r.model(), r.threads(), r.promptTokens(), r.newTokens());
      tasks
          .computeIfAbsent(task, t -> new LinkedHashMap<>())
          .computeIfAbsent(r.engine(), e -> new ArrayList<>())
          .add(r);
    }
    List<PeerRatio> ratios = new ArrayList<>();
    tasks
        .values()
        .forEach(engines -> {
          List<PeerResult> ours = engines.get(JvmPeer.OURS);
          engines.forEach((engine, results) -> {
            if (ours != null && !engine.equals(JvmPeer.OURS)) {
              ratios.add(of("prefill", ours, results, PeerResult::prefillTokensPerS));
              ratios.add(of("decode", ours, results, PeerResult::decodeTokensPerS));
            }
          });
        });
    return ratios;
  }

  private static PeerRatio of(
      String phase,
      List<PeerResult> ours,
      List<PeerResult> peer,
      ToDoubleFunction<PeerResult> speed) {
    double[] a = ours.stream().mapToDouble(speed).toArray();
    double[] b = peer.stream().mapToDouble(speed).toArray();
    return new PeerRatio(
        ours.getFirst(),
        peer.getFirst(),
        phase,
        Stats.median(a),
        Stats.median(b),
        Stats.ratioInterval(a, b));
  }

  int tokens() {
    return phase.equals("prefill") ? peer.promptTokens() : peer.newTokens();
  }

  /** For standard output. */
  String line() {
    return String.format(
        Locale.ROOT,
        "peer %s %s of %d on %s, %d threads: %.1f tokens/s, ours %.1f, ratio %.2f",
        peer.engine(),
        phase,
        tokens(),
        peer.model(),
        peer.threads(),
        peerPerS,
        oursPerS,
        oursPerS / peerPerS);
  }
}
