package org.decodebench.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a stream from which nothing came for some time, so that a server that falls silent cannot
 * hold a download for ever (the HTTP client limits only the time to the headers).
 */
final class StallGuard implements AutoCloseable {
  private final Thread watch;
  private volatile long last = System.nanoTime();

  StallGuard(InputStream body, Duration stall) {
    this.watch =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (System.nanoTime() - last < stall.toNanos()) {
                  Thread.sleep(Math.max(1, stall.toMillis() / 10));
                }
                body.close();
              } catch (InterruptedException | IOException e) {
                // The transfer is over.
              }
            });
  }

  void alive() {
    last = System.nanoTime();
  }

  @Override
  public void close() {
    watch.interrupt();
  }
}
