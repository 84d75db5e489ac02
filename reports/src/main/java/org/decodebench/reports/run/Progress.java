package org.decodebench.reports.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.decodebench.reports.result.RunRecord;

/** Says between two forks how far the run is; nothing is drawn while one measures. */
final class Progress implements AutoCloseable {
  /** Longer than any run: the bar is drawn when we ask for it and at no other time. */
  private static final int NEVER_BY_ITSELF = (int) Duration.ofDays(20).toMillis();

  private final PrintStream err;
  private final ProgressBar bar;
  private final int total;
  private int done;

  Progress(PrintStream err, int total, int done, boolean terminal) {
    this.err = err;
    this.total = total;
    this.done = done;
    bar =
        terminal
            ? new ProgressBarBuilder()
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(NEVER_BY_ITSELF)
                .setConsumer(new ConsoleProgressBarConsumer(err, 110))
                .startsFrom(done, Duration.ZERO)
                .build()
            : null;
  }

  void starts(String label) {
    if (bar != null) {
      bar.setExtraMessage(label);
      bar.refresh();
    }
  }

  void ended(String label, RunRecord record) {
    done++;
    if (bar != null) {
      bar.stepTo(done);
      bar.refresh();
      return;
    }
    String what =
        record.ok()
            ? String.format(Locale.ROOT, "%.0f tokens/s", record.figure("tokens_per_s"))
            : "FAILED: " + record.error().lines().findFirst().orElse("");
    err.printf(Locale.ROOT, "[%d/%d] %s fork %d: %s%n", done, total, label, record.fork(), what);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
