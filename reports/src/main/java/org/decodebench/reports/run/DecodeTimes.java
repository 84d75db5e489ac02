package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Latency figures of one decode, from its events alone. Times in milliseconds since the request.
 *
 * @param latencyMs until the decode returned
 * @param prefillMs until the prompt was in the cache; 0 for a decoder without a prefill
 * @param outputTokens over the batch
 * @param sequences one a sequence of the batch
 */
record DecodeTimes(
    double latencyMs, double prefillMs, int outputTokens, List<SequenceTimes> sequences) {

  /**
   * @param ttftMs until the first token was readable
   * @param firstCommitMs until a first token stood anywhere
   * @param tpotMs time per output token after the first; NaN with fewer than two
   * @param gapsMs between readable tokens, one fewer than tokens
   */
  record SequenceTimes(
      int outputTokens, double ttftMs, double firstCommitMs, double tpotMs, double[] gapsMs) {}

  /**
   * @param start of the request, System.nanoTime
   * @param end when the decode returned
   * @param outputTokens of each sequence, up to and including the first end token
   */
  static DecodeTimes of(EventLog.Event[] events, long start, long end, int[] outputTokens) {
    double latency = (end - start) * 1e-6;
    double prefill = 0;
    for (EventLog.Event event : events) {
      if (event.kind() == EventLog.Kind.PREFILLED) {
        prefill = (event.nanos() - start) * 1e-6; // the last one, should a batch have several
      }
    }
    List<SequenceTimes> sequences = new ArrayList<>();
    for (int s = 0; s < outputTokens.length; s++) {
      sequences.add(sequence(events, s, start, latency, outputTokens[s]));
    }
    return new DecodeTimes(latency, prefill, Arrays.stream(outputTokens).sum(), sequences);
  }

  private static SequenceTimes sequence(
      EventLog.Event[] events, int sequence, long start, double latency, int tokens) {
    double firstCommit = Double.NaN;
    double[] committed = new double[tokens];
    Arrays.fill(committed, Double.NaN);
    for (EventLog.Event event : events) {
      boolean commit =
          event.kind() == EventLog.Kind.COMMITTED || event.kind() == EventLog.Kind.OVERWROTE;
      if (!commit || event.sequence() != sequence) {
        continue;
      }
      double t = (event.nanos() - start) * 1e-6;
      if (Double.isNaN(firstCommit)) {
        firstCommit = t;
      }
      for (int position : event.positions()) {
        // What lies beyond the end is no output; a later overwrite does not make a token unread.
        if (position < tokens && Double.isNaN(committed[position])) {
          committed[position] = t;
        }
      }
    }
    double[] readable = readable(committed);
    double ttft = tokens == 0 ? Double.NaN : readable[0];
    double[] gaps = new double[Math.max(0, tokens - 1)];
    Arrays.setAll(gaps, i -> readable[i + 1] - readable[i]);
    double tpot = tokens < 2 ? Double.NaN : (latency - ttft) / (tokens - 1);
    return new SequenceTimes(tokens, ttft, firstCommit, tpot, gaps);
  }

  /** A token is readable once it and everything left of it are committed. */
  private static double[] readable(double[] committed) {
    double[] readable = committed.clone();
    for (int i = 0; i < readable.length; i++) {
      if (Double.isNaN(committed[i])) {
        throw new IllegalStateException(
            "the decoder emitted position " + i + " without an event that commits it");
      }
      if (i > 0) {
        readable[i] = Math.max(readable[i], readable[i - 1]);
      }
    }
    return readable;
  }
}
