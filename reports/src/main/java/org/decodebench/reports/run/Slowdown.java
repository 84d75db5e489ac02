package org.decodebench.reports.run;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.ForwardingSession;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * Makes decoding slower on purpose, to see whether the gate notices: {@code
 * -Ddecodebench.inject_slowdown=10%} among the {@code jvm_flags} of an experiment, where every
 * record shows it. {@code 10%:even} slows every second fork only, so that one run holds both sides
 * in turns.
 *
 * <p>After each forward it busily waits for a share of the time since the one before returned: the
 * decoder's own work between forwards is slowed as well, so a decode takes longer by that share.
 *
 * @param share 0 for none
 */
record Slowdown(double share) {
  private static final String PROPERTY = "decodebench.inject_slowdown";
  private static final String EVEN = ":even";

  static Slowdown ofThisJvm(int fork) {
    return of(System.getProperty(PROPERTY, "0%"), fork);
  }

  /**
   * @throws UsageException if it is not written like {@code 10%} or {@code 10%:even}
   */
  static Slowdown of(String text, int fork) {
    boolean even = text.endsWith(EVEN);
    String share = even ? text.substring(0, text.length() - EVEN.length()) : text;
    if (!share.matches("\\d{1,4}(\\.\\d{1,6})?%")) {
      throw new UsageException(
          "-D%s=%s: expected a share like 10%%, or 10%%:even for every second fork"
              .formatted(PROPERTY, text));
    }
    double value = Double.parseDouble(share.substring(0, share.length() - 1)) / 100;
    return new Slowdown(even && fork % 2 == 1 ? 0 : value);
  }

  LanguageModel of(LanguageModel model) {
    return share == 0 ? model : new Slowed(model, share);
  }

  private record Slowed(LanguageModel model, double share) implements ForwardingModel {
    @Override
    public Session open(int capacity, int width) {
      return new SlowSession(model.open(capacity, width), share);
    }
  }

  private static final class SlowSession implements ForwardingSession {
    private final Session session;
    private final double share;
    private long last = System.nanoTime();

    private SlowSession(Session session, double share) {
      this.session = session;
      this.share = share;
    }

    @Override
    public Session session() {
      return session;
    }

    @Override
    public Logits forward(List<Run> runs) {
      Logits logits = session.forward(runs);
      long now = System.nanoTime();
      long until = now + Math.round(share * (now - last));
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      last = System.nanoTime();
      return logits;
    }
  }
}
