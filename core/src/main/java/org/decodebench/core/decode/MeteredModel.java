package org.decodebench.core.decode;

import java.util.List;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;

/** A model that counts every forward of its sessions into a {@link CostCounter}. */
public record MeteredModel(LanguageModel model, CostCounter counter) implements LanguageModel {

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public ModelConfig config() {
    return model.config();
  }

  @Override
  public Tokenizer tokenizer() {
    return model.tokenizer();
  }

  @Override
  public org.decodebench.core.model.ForwardCost cost() {
    return model.cost();
  }

  @Override
  public int inputSize() {
    return model.inputSize();
  }

  @Override
  public Session open(int capacity, int width) {
    Session session = model.open(capacity, width);
    return new Session() {
      @Override
      public int capacity() {
        return session.capacity();
      }

      @Override
      public int width() {
        return session.width();
      }

      @Override
      public int length(int sequence) {
        return session.length(sequence);
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

      @Override
      public void commit(int sequence, int length) {
        session.commit(sequence, length);
      }

      @Override
      public void truncate(int sequence, int length) {
        session.truncate(sequence, length);
      }

      @Override
      public void commitPath(int sequence, int[] nodes) {
        session.commitPath(sequence, nodes);
      }

      @Override
      public void copy(int from, int to, int length) {
        session.copy(from, to, length);
      }

      @Override
      public void noise(double clean) {
        session.noise(clean);
      }

      @Override
      public float[] hidden() {
        return session.hidden();
      }

      @Override
      public float[] cached(int sequence, int position) {
        return session.cached(sequence, position);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
