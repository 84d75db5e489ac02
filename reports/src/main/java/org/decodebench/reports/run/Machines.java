package org.decodebench.reports.run;

import org.decodebench.reports.result.Environment;

/** What machine this is. */
public final class Machines {
  private Machines() {}

  /** Asks the operating system; takes a moment. */
  public static Environment.Machine describe() {
    return new MachineProbe().machine();
  }
}
