package org.decodebench.speculative;

import java.util.Arrays;
import java.util.List;

/** The target's hidden states at the positions of each text, as its forwards give them. */
final class TargetStates {
  private final int size;
  private final float[][] values;
  private final int[] known;

  /**
   * @param size floats of a state
   * @param capacity positions of the longest text
   */
  TargetStates(int size, int capacity, int width) {
    this.size = size;
    values = new float[width][Math.multiplyExact(size, capacity)];
    known = new int[width];
  }

  int size() {
    return size;
  }

  /** New texts, of which nothing is known. */
  void enter(List<Seat> seats) {
    seats.forEach(seat -> known[seat.place()] = 0);
  }

  void heard(Seat seat, int position, float[] hidden, int offset) {
    if (position != known[seat.place()]) {
      throw new IllegalStateException(
          "position %d after %d known ones".formatted(position, known[seat.place()]));
    }
    System.arraycopy(hidden, offset, values[seat.place()], position * size, size);
    known[seat.place()]++;
  }

  /** Of positions {@code from…to-1}. */
  float[] slice(int place, int from, int to) {
    if (to > known[place]) {
      throw new IllegalStateException("%d of %d states".formatted(known[place], to));
    }
    return Arrays.copyOfRange(values[place], from * size, to * size);
  }

  /** Number of positions known. */
  int known(int place) {
    return known[place];
  }
}
