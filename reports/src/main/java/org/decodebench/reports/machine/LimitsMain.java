package org.decodebench.reports.machine;

import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.result.Json;

/** Measures in a JVM of its own and prints the limits as JSON: one argument, the threads. */
final class LimitsMain {
  private LimitsMain() {}

  public static void main(String[] args) {
    MachineLimits limits = MachineLimits.measure(Integer.parseInt(args[0]));
    System.out.println(Json.LINES.writeValueAsString(limits));
  }
}
