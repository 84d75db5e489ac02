package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.Prefill;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** Tells a drafter of the target's hidden states in the prompts. */
final class PromptStates implements Prefill.Reader {
  private final Session target;
  private final Drafter drafter;
  private final List<Seat> seats;
  private final int[] lastRow;
  private final int size;

  /**
   * @param size of a hidden state
   */
  PromptStates(Session target, Drafter drafter, List<Seat> seats, int size) {
    this.size = size;
    this.target = target;
    this.drafter = drafter;
    this.seats = seats;
    lastRow = new int[seats.size()];
  }

  /** The row of the last forward that follows a seat's prompt. */
  int lastRow(int seat) {
    return lastRow[seat];
  }

  @Override
  public int[] rows(int tokens, boolean endsText) {
    return Run.all(tokens);
  }

  @Override
  public void read(List<Run> runs) {
    float[] hidden = target.hidden();
    if (hidden.length == 0) {
      throw new UsageException(
          "this runtime does not show the target's hidden states, which the draft's heads read; use"
              + " the CPU (--backend auto) or another drafter");
    }
    int row = 0;
    for (Run run : runs) {
      Seat seat = seat(run.sequence());
      for (int i = 0; i < run.tokens().length; i++, row++) {
        drafter.heard(seat, run.first() + i, hidden, row * size);
      }
      lastRow[seats.indexOf(seat)] = row - 1;
    }
  }

  private Seat seat(int place) {
    return seats.stream().filter(s -> s.place() == place).findFirst().orElseThrow();
  }
}
