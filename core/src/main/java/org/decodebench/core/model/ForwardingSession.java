package org.decodebench.core.model;

import java.util.List;

/**
 * A session in front of another one: it passes everything on but what an implementation changes.
 */
public interface ForwardingSession extends Session {

  /** The session behind this one. */
  Session session();

  @Override
  default int capacity() {
    return session().capacity();
  }

  @Override
  default int width() {
    return session().width();
  }

  @Override
  default int length(int sequence) {
    return session().length(sequence);
  }

  @Override
  default Logits forward(List<Run> runs) {
    return session().forward(runs);
  }

  @Override
  default void commit(int sequence, int length) {
    session().commit(sequence, length);
  }

  @Override
  default void truncate(int sequence, int length) {
    session().truncate(sequence, length);
  }

  @Override
  default void commitPath(int sequence, int[] nodes) {
    session().commitPath(sequence, nodes);
  }

  @Override
  default void copy(int from, int to, int length) {
    session().copy(from, to, length);
  }

  @Override
  default void noise(double clean) {
    session().noise(clean);
  }

  @Override
  default float[] hidden() {
    return session().hidden();
  }

  @Override
  default float[] cached(int sequence, int position) {
    return session().cached(sequence, position);
  }

  @Override
  default void close() {
    session().close();
  }
}
