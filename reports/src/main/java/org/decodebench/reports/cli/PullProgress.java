package org.decodebench.reports.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.decodebench.core.hub.HubProgress;

/** One bar a file on standard error. */
final class PullProgress implements HubProgress, AutoCloseable {
  private final PrintStream err;
  private ProgressBar bar;

  PullProgress(PrintStream err) {
    this.err = err;
  }

  @Override
  public void started(String file, long size, long present) {
    close();
    bar =
        new ProgressBarBuilder()
            .setTaskName(file)
            .setInitialMax(size)
            .setStyle(ProgressBarStyle.ASCII)
            .setUnit(" MB", 1_000_000)
            .setUpdateIntervalMillis(500)
            .setConsumer(new ConsoleProgressBarConsumer(err, 100))
            .build();
    bar.stepTo(present);
  }

  @Override
  public void at(long bytes) {
    bar.stepTo(bytes);
  }

  @Override
  public void finished() {
    close();
  }

  @Override
  public void retrying(String why) {
    err.println("trying again: " + why);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
