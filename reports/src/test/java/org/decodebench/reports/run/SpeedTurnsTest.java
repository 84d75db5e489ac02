package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On a clock that the decodes set, so that nothing depends on this machine. */
class SpeedTurnsTest {
  private static final long MS = 1_000_000;
  private final List<String> order = new ArrayList<>();
  private long now;

  /** A decode of 10 tokens that is slow until so many were done by all together. */
  private SpeedTurns.Decode decode(String name, long ms, int slow) {
    return seed -> {
      now += order.size() < slow ? 50 * ms * MS : ms * MS;
      order.add(name + seed);
      return 10;
    };
  }

  private SpeedTurns.Speeds speeds(WarmUp.Limits limits, int slow) {
    return new SpeedTurns(limits, () -> order.size() > slow, () -> now)
        .of(List.of(decode("a", 20, slow), decode("b", 20, slow), decode("c", 40, slow)));
  }

  @Test
  void whatComesFirstDoesNotPayForTheCompilation() {
    var speeds = speeds(SpeedTurns.WARM_UP, 100);
    assertTrue(speeds.settled());
    assertEquals(List.of(500.0, 500.0, 250.0), speeds.tokensPerS());
  }

  @Test
  void allWarmUpOnTheSameTextAndAreTimedInTurns() {
    speeds(SpeedTurns.WARM_UP, 0);
    int timed = order.indexOf("a1") - 3; // the last text of warm-up is the first that is timed
    assertTrue(timed >= 6, "the times of one round cannot have settled");
    for (int i = 0; i < timed; i++) {
      assertEquals("abc".substring(i % 3, i % 3 + 1) + 0, order.get(i));
    }
    List<String> inTurns =
        IntStream.range(0, order.size() - timed)
            .mapToObj(i -> "abc".substring(i % 3, i % 3 + 1) + i / 3)
            .toList();
    assertEquals(inTurns, order.subList(timed, order.size()));
    assertTrue(inTurns.size() >= 3 * 11);
  }

  @Test
  void timesThatWereTakenTooEarlySaySo() {
    var speeds = speeds(new WarmUp.Limits(3, 60_000, true), 1_000);
    assertFalse(speeds.settled());
    assertEquals(10.0, speeds.tokensPerS().getFirst());
  }

  @Test
  void slowTextsAreNotRepeatedForLong() {
    new SpeedTurns(new WarmUp.Limits(1, 60_000, true), () -> true, () -> now)
        .of(List.of(decode("a", 20_000, 0)));
    assertEquals(List.of("a0", "a0", "a1", "a2"), order);
  }
}
