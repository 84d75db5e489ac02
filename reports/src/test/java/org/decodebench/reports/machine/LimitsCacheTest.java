package org.decodebench.reports.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.result.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing here is timed: what is kept, found and printed. */
class LimitsCacheTest {
  @TempDir private Path folder;

  private static Limits limits(String machine) {
    return new Limits(
        Limits.SCHEMA_VERSION,
        "2026-01-01T00:00:00Z",
        machine,
        "25",
        List.of(),
        new MachineLimits(
            "vector-512",
            List.of(
                new MachineLimits.Bandwidth("L2", 1 << 19, 1, 100e9),
                new MachineLimits.Bandwidth("L2", 1 << 19, 2, 200e9),
                new MachineLimits.Bandwidth("memory", 1 << 28, 1, 30e9),
                new MachineLimits.Bandwidth("memory", 1 << 27, 2, 50e9)),
            List.of(new MachineLimits.Peak(1, 100e9), new MachineLimits.Peak(2, 200e9))));
  }

  private LimitsCache keep(String text) throws Exception {
    LimitsCache cache = new LimitsCache(folder, "box");
    Files.writeString(cache.file(0), text);
    return cache;
  }

  @Test
  void whatIsKeptIsFoundAgain() throws Exception {
    Limits limits = limits("box");
    LimitsCache cache = keep(Json.INDENTED.writeValueAsString(limits));
    assertEquals(Optional.of(limits), cache.find(0));
    assertEquals(Optional.empty(), cache.find(3), "other threads are another measurement");
  }

  @Test
  void limitsOfAnotherMachineOrADamagedFileAreNotFound() throws Exception {
    assertEquals(Optional.empty(), keep(Json.LINES.writeValueAsString(limits("other"))).find(0));
    assertEquals(Optional.empty(), keep("{").find(0));
    assertEquals(Optional.empty(), keep("{}").find(0));
  }

  @Test
  void aLimitIsTakenFromTheNearestThreadCountThatWasMeasured() {
    Limits limits = limits("box");
    assertEquals(30e9, limits.bandwidth(1));
    assertEquals(50e9, limits.bandwidth(8));
    assertEquals(200e9, limits.peak(8));
  }

  @Test
  void dataThatACacheHoldsIsReadAtItsSpeed() {
    Limits limits = limits("box");
    assertEquals(200e9, limits.bandwidth(2, 1 << 20));
    assertEquals(50e9, limits.bandwidth(2, 1 << 22));
    assertEquals(30e9, limits.bandwidth(1, 1 << 21));
  }

  @Test
  void everyLimitHasALineWithItsUnit() {
    List<String> lines = LimitsText.of(limits("box"));
    assertEquals(4, lines.stream().filter(l -> l.contains(" GB/s")).count());
    assertEquals(2, lines.stream().filter(l -> l.contains(" GFLOP/s")).count());
    assertTrue(
        lines.contains("balance 4.0 FLOP/byte (2 threads: below it a product waits for memory)"));
  }

  @Test
  void theCacheFolderIsTheUsersChoice() {
    assertEquals(Path.of("/x"), LimitsCache.folder(Map.of("DECODEBENCH_CACHE", "/x")));
    assertEquals(Path.of("/y/decodebench"), LimitsCache.folder(Map.of("XDG_CACHE_HOME", "/y")));
  }
}
