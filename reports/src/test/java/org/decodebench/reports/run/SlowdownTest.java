package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlowdownTest {
  @Test
  void sharesAreReadAndHalfOfTheForksCanBeLeftAlone() {
    assertEquals(0.1, Slowdown.of("10%", 1).share(), 1e-12);
    assertEquals(0, Slowdown.of("10%:even", 1).share());
    assertEquals(0.1, Slowdown.of("10%:even", 2).share(), 1e-12);
    assertEquals(0, Slowdown.ofThisJvm(1).share(), "none unless asked for");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "fast", "-10%", "10%:odd", "99999%"})
  void anythingElseIsAUsageError(String text) {
    var e = assertThrows(UsageException.class, () -> Slowdown.of(text, 1));
    assertTrue(e.getMessage().contains("10%"), e.getMessage());
  }
}
