package org.decodebench.core.decode;

import java.util.LinkedHashMap;
import java.util.Map;

/** Splits the time of a decode into phases for {@link DecodeResult#phases}. */
public final class PhaseClock {
  private final Map<String, Long> nanos = new LinkedHashMap<>();
  private long last = System.nanoTime();

  /** The time since the last lap belonged to no phase. */
  public void skip() {
    last = System.nanoTime();
  }

  /** The time since the last lap belonged to this phase. */
  public void lap(String phase) {
    long now = System.nanoTime();
    add(phase, now - last);
    last = now;
  }

  /** Time that another clock took. */
  public void add(String phase, long taken) {
    nanos.merge(phase, taken, Long::sum);
  }

  /** Nanoseconds by phase. */
  public Map<String, Long> phases() {
    return Map.copyOf(nanos);
  }
}
