package org.decodebench.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineLimitsTest {

  @Test
  void limitsAreMeasuredForEveryLevelAndThreadCount() {
    MachineLimits limits = MachineLimits.measure(3, Duration.ofMillis(5), 8 << 20);
    assertEquals(
        List.of(1, 2, 3), limits.peaks().stream().map(MachineLimits.Peak::threads).toList());
    assertTrue(limits.peaks().stream().allMatch(p -> p.flopsPerSecond() > 1e6));
    List<MachineLimits.Bandwidth> memory =
        limits.bandwidths().stream().filter(b -> b.level().equals("memory")).toList();
    assertEquals(3, memory.size());
    assertTrue(limits.bandwidths().stream().allMatch(b -> b.bytesPerSecond() > 1e6));
    assertEquals(0, limits.bandwidths().size() % 3);
  }

  @Test
  void theGaugeReadsOnlyWhatItHasAndGivesRates() {
    for (long bytes : new long[] {1, 100_000, 20 << 20}) {
      for (int threads = 1; threads <= 3; threads += 2) {
        Gauge gauge = Gauge.of(threads, bytes);
        Gauge.Rates first = gauge.read();
        Gauge.Rates second = gauge.read();
        assertTrue(first.bytesPerSecond() > 1e6 && first.flopPerSecond() > 1e6);
        Gauge.Rates mean = first.mean(second);
        assertEquals(first.flopPerSecond() + second.flopPerSecond(), 2 * mean.flopPerSecond(), 1e3);
      }
    }
  }

  @Test
  void bothProbesDoWhatTheyCount() {
    float[] ones = new float[1 << 12];
    java.util.Arrays.fill(ones, 1);
    for (Probe probe : new Probe[] {new Probe.Scalar(), new VectorProbe()}) {
      assertEquals(1 << 11, probe.read(ones, 1 << 10, 3 << 10));
      // Each step adds 0.5 to each sum.
      assertEquals(20f * probe.multiplyAdds(), probe.multiplyAdd(60) - probe.multiplyAdd(20));
    }
  }
}
