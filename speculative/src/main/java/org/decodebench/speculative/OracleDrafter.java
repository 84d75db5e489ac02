package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.List;

/**
 * Knows what the target will say at temperature 0 and drafts it rightly with a chosen probability,
 * token by token: a draft of known quality, to test with and to compare measured speed-ups with
 * theory. The work of a real draft can be done beside it, so that its cost is real too.
 *
 * @param continuations of each prompt of the request
 * @param work drafts in earnest and is not listened to; may be null
 */
record OracleDrafter(int[][] continuations, double acceptance, int vocab, Drafter work)
    implements Drafter {

  @Override
  public void enter(List<Seat> seats) {
    if (work != null) {
      work.enter(seats);
    }
  }

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    if (work != null) {
      work.draft(seats, most);
    }
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      drafts.add(draft(seats.get(i), most[i]));
    }
    return drafts;
  }

  private Draft draft(Seat seat, int most) {
    int[] truth = continuations[seat.index()];
    int from = seat.text().generated();
    int[] tokens = new int[Math.min(most, truth.length - from)];
    for (int i = 0; i < tokens.length; i++) {
      boolean right = seat.text().uniform(seat.text().length() + i, Verifier.draw(0)) < acceptance;
      tokens[i] = right ? truth[from + i] : (truth[from + i] + 1) % vocab;
    }
    return Draft.chain(tokens);
  }

  @Override
  public void settle(List<Seat> seats) {
    if (work != null) {
      work.settle(seats);
    }
  }

  @Override
  public void close() {
    if (work != null) {
      work.close();
    }
  }
}
