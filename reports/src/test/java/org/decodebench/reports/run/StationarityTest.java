package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StationarityTest {
  @Test
  void fallingTimesHaveNotSettledAndLevelOnesHave() {
    assertFalse(Stationarity.reached(List.of(10.0, 10.0, 10.0, 10.0, 10.0)), "too few");
    assertFalse(Stationarity.reached(List.of(100.0, 50.0, 30.0, 20.0, 15.0, 12.0)));
    assertTrue(Stationarity.reached(List.of(100.0, 50.0, 10.0, 10.1, 9.9, 10.0, 10.1, 10.0)));
  }
}
