package org.decodebench.reports.cli;

import org.decodebench.reports.run.Build;
import picocli.CommandLine.IVersionProvider;

final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"decodebench " + Build.version() + " (" + Build.commitOrUnknown() + ")"};
  }
}
