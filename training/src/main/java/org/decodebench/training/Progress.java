package org.decodebench.training;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress on standard error: steps, time left, loss. */
final class Progress implements AutoCloseable {
  private final ProgressBar bar;

  Progress(String name, long done, long steps) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(steps)
            .startsFrom(done, java.time.Duration.ZERO)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(System.console() == null ? 20_000 : 500)
            .setMaxRenderedLength(100)
            .build();
  }

  void step(long step, double loss) {
    bar.stepTo(step);
    bar.setExtraMessage("loss %.3f".formatted(loss));
  }

  @Override
  public void close() {
    bar.close();
  }
}
