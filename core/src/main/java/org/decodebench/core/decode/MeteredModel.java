package org.decodebench.core.decode;

import java.util.List;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.ForwardingSession;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** A model that counts every forward of its sessions into a {@link CostCounter}. */
public record MeteredModel(LanguageModel model, CostCounter counter) implements ForwardingModel {

  @Override
  public Session open(int capacity, int width) {
    return new MeteredSession(model.open(capacity, width));
  }

  private final class MeteredSession implements ForwardingSession {
    private final Session session;

    MeteredSession(Session session) {
      this.session = session;
    }

    @Override
    public Session session() {
      return session;
    }

    @Override
    public Logits forward(List<Run> runs) {
      long positions = 0;
      long rows = 0;
      for (Run run : runs) {
        positions += run.tokens().length;
        rows += run.rows().length;
      }
      counter.add(new Cost(1, positions, rows, cost().bytes(runs), cost().flops(runs)));
      return session.forward(runs);
    }
  }
}
