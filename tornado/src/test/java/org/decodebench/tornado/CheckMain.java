package org.decodebench.tornado;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of this module where there is no Maven: {@code scripts/gpu-bench.sh}. */
final class CheckMain {
  private CheckMain() {}

  /** Test classes by their simple names; all but the long one where none is given. */
  public static void main(String[] args) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    List<Class<?>> classes =
        List.of(
            KernelsTest.class,
            ForwardTest.class,
            SessionTest.class,
            SummaryTest.class,
            GreedyTokensTest.class,
            LongRunTest.class);
    LauncherDiscoveryRequest all =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                classes.stream()
                    .filter(c ->
                        args.length == 0
                            ? c != LongRunTest.class
                            : List.of(args).contains(c.getSimpleName()))
                    .map(DiscoverySelectors::selectClass)
                    .toList())
            .build();
    Set<String> skipped = new LinkedHashSet<>();
    TestExecutionListener reasons =
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
              result.getThrowable().map(Throwable::getMessage).ifPresent(skipped::add);
            }
          }
        };
    Launcher launcher = LauncherFactory.create();
    launcher.execute(all, listener, reasons);
    TestExecutionSummary summary = listener.getSummary();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    summary.printFailuresTo(out, 5);
    skipped.forEach(out::println);
    out.printf(
        "%d tests right, %d wrong, %d skipped%n",
        summary.getTestsSucceededCount(),
        summary.getTestsFailedCount() + summary.getContainersFailedCount(),
        summary.getTestsSkippedCount() + summary.getTestsAbortedCount());
    boolean right = summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0;
    System.exit(right ? 0 : 1);
  }
}
