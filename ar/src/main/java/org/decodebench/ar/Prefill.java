package org.decodebench.ar;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** Puts texts of different lengths into a session's cache together. */
public final class Prefill {
  private Prefill() {}

  /**
   * Evaluates what each text has beyond its place's committed length and commits it, at most {@code
   * chunk} positions of a text in a forward. Shorter texts start later, so that all end in the same
   * forward.
   *
   * @param places of the session, one a text
   * @param rows whether the last row of each text is wanted
   * @return one row of logits a text, in order, or none
   */
  public static Logits run(
      Session session, int[] places, List<Continuation> texts, int chunk, boolean rows) {
    int rounds = 0;
    for (int i = 0; i < places.length; i++) {
      rounds = Math.max(rounds, rounds(session, places[i], texts.get(i), chunk));
    }
    Logits last = null;
    for (int left = rounds; left > 0; left--) {
      List<Run> runs = new ArrayList<>(places.length);
      for (int i = 0; i < places.length; i++) {
        if (rounds(session, places[i], texts.get(i), chunk) >= left) {
          runs.add(run(session, places[i], texts.get(i), chunk, rows));
        }
      }
      last = session.forward(runs);
      for (Run run : runs) {
        session.commit(run.sequence(), run.end());
      }
    }
    return last;
  }

  /** The next positions of a text, at most a chunk; the last row's logits if the text ends here. */
  static Run run(Session session, int place, Continuation text, int chunk, boolean rows) {
    int from = session.length(place);
    int to = Math.min(text.length(), from + chunk);
    int[] wanted = rows && to == text.length() ? Run.last(to - from) : Run.none();
    return new Run(place, text.slice(from, to), from, Attention.CAUSAL, wanted);
  }

  private static int rounds(Session session, int place, Continuation text, int chunk) {
    return Math.ceilDiv(text.length() - session.length(place), chunk);
  }
}
