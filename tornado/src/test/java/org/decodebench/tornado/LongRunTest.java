package org.decodebench.tornado;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.Session;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Memory of a process that decodes for long: of the host, in which PoCL's device lies too, and of
 * an NVIDIA device as its driver's tool tells it, all processes together.
 */
class LongRunTest {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** What a leak of 10 KB a token would be exceeded by many times over. */
  private static final long ALLOWED_KB = 40_000;

  private static long residentKb() throws IOException {
    System.gc();
    return Files.readAllLines(STATUS).stream()
        .filter(l -> l.startsWith("VmRSS"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Memory of the device in use, or nothing where no tool says it. */
  private static OptionalLong deviceMb() throws InterruptedException {
    try {
      Process tool =
          new ProcessBuilder(
                  "nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits")
              .start();
      List<String> lines = tool.inputReader().lines().toList();
      return tool.waitFor() == 0
          ? OptionalLong.of(lines.stream().mapToLong(l -> Long.parseLong(l.strip())).sum())
          : OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static void decode(Session session, int tokens) {
    int[] token = {5};
    int[] last = Run.last(1);
    for (int i = 0; i < tokens; i++) {
      int at = i % session.capacity();
      if (at == 0) {
        session.truncate(0, 0);
      }
      session.forward(token, at, Attention.CAUSAL, last);
      session.commit(0, at + 1);
    }
  }

  @Test
  void tenThousandTokensLeaveMemoryAsItWas() throws Exception {
    Sdk.device();
    Assumptions.assumeTrue(Files.exists(STATUS), "skipped: no " + STATUS);
    try (LanguageModel model = Models.load("tales-draft", new RuntimeOptions(1, Backend.TORNADO));
        Session session = model.open(96, 1)) {
      decode(session, 3000); // compiling and the collector's first sizes
      long before = residentKb();
      OptionalLong deviceBefore = deviceMb();
      decode(session, 10_000);
      long after = residentKb();
      OptionalLong deviceAfter = deviceMb();
      assertTrue(
          after - before < ALLOWED_KB,
          () -> "%d KB resident before, %d KB after".formatted(before, after));
      System.out.printf("10000 tokens: %d KB resident before, %d KB after%n", before, after);
      if (deviceBefore.isPresent() && deviceAfter.isPresent()) {
        System.out.printf(
            "on the device: %d MB before, %d MB after%n",
            deviceBefore.getAsLong(), deviceAfter.getAsLong());
        assertTrue(deviceAfter.getAsLong() - deviceBefore.getAsLong() < ALLOWED_KB >> 10);
      }
    }
  }
}
