package org.decodebench.tornado;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of this module where there is no Maven: {@code scripts/gpu-bench.sh}. */
final class CheckMain {
  private CheckMain() {}

  public static void main(String[] args) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherDiscoveryRequest all =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                DiscoverySelectors.selectClass(KernelsTest.class),
                DiscoverySelectors.selectClass(ForwardTest.class),
                DiscoverySelectors.selectClass(SessionTest.class),
                DiscoverySelectors.selectClass(GreedyTokensTest.class))
            .build();
    Launcher launcher = LauncherFactory.create();
    launcher.execute(all, listener);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 5);
    out.printf(
        "%d tests right, %d wrong, %d skipped%n",
        summary.getTestsSucceededCount(),
        summary.getTestsFailedCount() + summary.getContainersFailedCount(),
        summary.getTestsSkippedCount() + summary.getTestsAbortedCount());
    boolean right = summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0;
    System.exit(right ? 0 : 1);
  }
}
