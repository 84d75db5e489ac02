package org.decodebench.training;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress on standard error with loss and time left: a bar in a terminal, else a line now and
 * then, which reads better in a log.
 */
final class Progress implements AutoCloseable {
  private static final long LINE_NANOS = 30_000_000_000L;

  private final String name;
  private final long done;
  private final long steps;
  private final long start = System.nanoTime();
  private final ProgressBar bar;
  private long lastLine = start;

  Progress(String name, long done, long steps) {
    this.name = name;
    this.done = done;
    this.steps = steps;
    this.bar = System.console() != null && System.console().isTerminal() ? bar(name) : null;
  }

  private ProgressBar bar(String name) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(steps)
        .startsFrom(done, Duration.ZERO)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(500)
        .build();
  }

  /**
   * @param step steps done
   * @param loss nats a token
   */
  void step(long step, double loss) {
    if (bar != null) {
      bar.setExtraMessage(" loss %.3f".formatted(loss));
      bar.stepTo(step);
    } else if (System.nanoTime() - lastLine > LINE_NANOS) {
      lastLine = System.nanoTime();
      double left = (lastLine - start) * 1e-9 / (step - done) * (steps - step);
      System.err.printf(
          "%s: step %d of %d, loss %.3f, %d min %02d s left%n",
          name, step, steps, loss, (long) left / 60, (long) left % 60);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
