package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.reports.run.DecodeTimes.SequenceTimes;
import org.decodebench.reports.run.EventLog.Event;
import org.decodebench.reports.run.EventLog.Kind;
import org.junit.jupiter.api.Test;

/** Event sequences made by hand, with figures computed by hand from their definitions. */
class DecodeTimesTest {
  private static final long START = 1_000_000_000L;

  private final List<Event> events = new ArrayList<>();

  @Test
  void autoregressive() {
    prefilled(4);
    commit(5, 0);
    commit(7, 1);
    commit(10, 2);

    DecodeTimes t = times(12, 3);

    assertEquals(12, t.latencyMs(), 1e-9);
    assertEquals(4, t.prefillMs(), 1e-9);
    SequenceTimes s = t.sequences().getFirst();
    assertEquals(5, s.ttftMs(), 1e-9);
    assertEquals(5, s.firstCommitMs(), 1e-9);
    assertEquals((12 - 5) / 2.0, s.tpotMs(), 1e-9);
    assertArrayEquals(new double[] {2, 3}, s.gapsMs(), 1e-9);
  }

  @Test
  void aTokenIsReadableOnceEverythingLeftOfItIs() {
    commit(2, 2, 3);
    commit(6, 0);
    commit(9, 1);

    SequenceTimes s = times(10, 4).sequences().getFirst();

    assertEquals(6, s.ttftMs(), 1e-9);
    assertEquals(2, s.firstCommitMs(), 1e-9);
    // Positions 2 and 3 stood since 2 ms but were readable with position 1, at 9 ms.
    assertArrayEquals(new double[] {3, 0, 0}, s.gapsMs(), 1e-9);
    assertEquals((10 - 6) / 3.0, s.tpotMs(), 1e-9);
  }

  @Test
  void positionsBeyondTheEndAreNoOutput() {
    commit(1, 5);
    commit(3, 0, 1);
    commit(8, 2, 3, 4);

    DecodeTimes t = times(8, 2);

    assertEquals(2, t.outputTokens());
    SequenceTimes s = t.sequences().getFirst();
    assertEquals(3, s.ttftMs(), 1e-9);
    assertEquals(1, s.firstCommitMs(), 1e-9);
    assertArrayEquals(new double[] {0}, s.gapsMs(), 1e-9);
  }

  @Test
  void anOverwriteDoesNotMakeATokenUnread() {
    commit(1, 0);
    commit(2, 1);
    events.add(new Event(Kind.OVERWROTE, START + 5_000_000, 0, 1, new int[] {0}, new int[] {9}));

    assertEquals(1, times(6, 2).sequences().getFirst().ttftMs(), 1e-9);
  }

  @Test
  void draftsAreNoCommits() {
    events.add(new Event(Kind.DRAFTED, START + 1_000_000, 0, 0, new int[] {0}, new int[] {1, 2}));
    commit(4, 0, 1);

    SequenceTimes s = times(4, 2).sequences().getFirst();

    assertEquals(4, s.ttftMs(), 1e-9);
    assertEquals(4, s.firstCommitMs(), 1e-9);
  }

  @Test
  void sequencesOfABatchAreToldApart() {
    events.add(new Event(Kind.COMMITTED, START + 2_000_000, 1, 0, new int[] {0}, new int[] {1}));
    events.add(new Event(Kind.COMMITTED, START + 3_000_000, 0, 0, new int[] {0}, new int[] {1}));

    DecodeTimes t = DecodeTimes.of(all(), START, START + 5_000_000, new int[] {1, 1});

    assertEquals(3, t.sequences().get(0).ttftMs(), 1e-9);
    assertEquals(2, t.sequences().get(1).ttftMs(), 1e-9);
    assertEquals(2, t.outputTokens());
  }

  @Test
  void oneTokenHasNoTimePerTokenAfterTheFirst() {
    commit(4, 0);

    assertTrue(Double.isNaN(times(4, 1).sequences().getFirst().tpotMs()));
  }

  @Test
  void anEmittedTokenWithoutAnEventIsADefectOfTheDecoder() {
    commit(4, 0);

    assertThrows(IllegalStateException.class, () -> times(4, 2));
  }

  private void prefilled(double ms) {
    events.add(new Event(Kind.PREFILLED, nanos(ms), 0, 0, new int[0], new int[0]));
  }

  private void commit(double ms, int... positions) {
    events.add(new Event(Kind.COMMITTED, nanos(ms), 0, 0, positions, new int[positions.length]));
  }

  private static long nanos(double ms) {
    return START + Math.round(ms * 1e6);
  }

  private Event[] all() {
    return events.toArray(Event[]::new);
  }

  private DecodeTimes times(double endMs, int tokens) {
    return DecodeTimes.of(all(), START, nanos(endMs), new int[] {tokens});
  }
}
