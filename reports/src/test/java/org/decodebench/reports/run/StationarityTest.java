package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StationarityTest {
  @Test
  void fallingTimesHaveNotSettledAndLevelOnesHave() {
    assertFalse(Stationarity.reached(List.of()));
    assertFalse(Stationarity.reached(List.of(500.0, 500.0)), "nothing before the window");
    assertFalse(Stationarity.reached(List.of(2000.0, 600.0, 500.0, 370.0)));
    assertFalse(Stationarity.reached(List.of(2000.0, 600.0, 500.0, 370.0, 500.0)));
    assertTrue(Stationarity.reached(List.of(2000.0, 600.0, 500.0, 370.0, 380.0, 372.0)));
  }

  @Test
  void shortRoundsAreWatchedForAWhile() {
    List<Double> times = new ArrayList<>(List.of(700.0, 40.0, 20.0));
    times.addAll(Collections.nCopies(15, 20.0));
    assertFalse(Stationarity.reached(times), "0.3 s without a gain");
    times.addAll(Collections.nCopies(6, 20.0));
    assertTrue(Stationarity.reached(times));
    times.add(10.0);
    assertFalse(Stationarity.reached(times), "and then the compiler had one");
  }

  @Test
  void disturbancesDoNotKeepItFromSettling() {
    Random random = new Random(1);
    List<Double> times = new ArrayList<>(List.of(700.0, 40.0));
    for (int i = 0; i < 40; i++) {
      times.add(20 * (1 + random.nextDouble())); // up to twice as slow
    }
    assertTrue(Stationarity.reached(times));
  }
}
