package org.decodebench.reports.run;

import java.util.Arrays;
import org.decodebench.core.decode.DecodeListener;

/**
 * Records the events of one decode with their times and nothing else, so that recording costs next
 * to nothing while a decode is timed. Reused from decode to decode.
 */
public final class EventLog implements DecodeListener {
  /** Kinds of events. */
  enum Kind {
    PREFILLED,
    DRAFTED,
    COMMITTED,
    OVERWROTE
  }

  /**
   * One event.
   *
   * @param nanos System.nanoTime
   * @param positions for a draft: its first position alone
   */
  record Event(Kind kind, long nanos, int sequence, int step, int[] positions, int[] tokens) {}

  private static final int[] NONE = {};

  private Event[] events = new Event[256];
  private int count;
  private long start;

  /** Forgets everything and takes the time of the request. */
  public void start() {
    Arrays.fill(events, 0, count, null);
    count = 0;
    start = System.nanoTime();
  }

  long startNanos() {
    return start;
  }

  Event[] events() {
    return Arrays.copyOf(events, count);
  }

  @Override
  public void prefilled() {
    add(new Event(Kind.PREFILLED, System.nanoTime(), 0, 0, NONE, NONE));
  }

  @Override
  public void drafted(int sequence, int step, int first, int[] tokens) {
    add(
        new Event(
            Kind.DRAFTED, System.nanoTime(), sequence, step, new int[] {first}, tokens.clone()));
  }

  @Override
  public void committed(int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
    long now = System.nanoTime();
    Kind kind = overwrote ? Kind.OVERWROTE : Kind.COMMITTED;
    add(new Event(kind, now, sequence, step, positions.clone(), tokens.clone()));
  }

  private void add(Event event) {
    if (count == events.length) {
      events = Arrays.copyOf(events, count * 2);
    }
    events[count++] = event;
  }
}
