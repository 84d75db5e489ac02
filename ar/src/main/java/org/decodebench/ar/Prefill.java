package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/** Puts texts of different lengths into a session's cache together. */
public final class Prefill {
  private Prefill() {}

  /** Which rows of a prefill are wanted, and who reads them. */
  public interface Reader {
    /**
     * @param tokens of a run
     * @param endsText whether its last token is its text's
     */
    int[] rows(int tokens, boolean endsText);

    /** After each forward. */
    default void read(List<Run> runs) {}
  }

  /** Nothing: the cache alone. */
  public static final Reader NO_ROWS = (tokens, endsText) -> Run.none();

  /** The row that follows each text. */
  public static final Reader LAST_ROW =
      (tokens, endsText) -> endsText ? Run.last(tokens) : Run.none();

  /**
   * Evaluates what each text has beyond its place's committed length and commits it, at most {@code
   * chunk} positions of a text in a forward. Shorter texts start later, so that all end in the same
   * forward.
   *
   * @param places of the session, one a text
   * @return the rows of the last forward that were wanted: the texts in order
   */
  public static Logits run(
      Session session, int[] places, List<Continuation> texts, int chunk, Reader reader) {
    int rounds = 0;
    for (int i = 0; i < places.length; i++) {
      rounds = Math.max(rounds, rounds(session, places[i], texts.get(i), chunk));
    }
    Logits last = null;
    for (int left = rounds; left > 0; left--) {
      List<Run> runs = new ArrayList<>(places.length);
      for (int i = 0; i < places.length; i++) {
        if (rounds(session, places[i], texts.get(i), chunk) >= left) {
          runs.add(run(session, places[i], texts.get(i), chunk, reader));
        }
      }
      last = session.forward(runs);
      reader.read(runs);
      for (Run run : runs) {
        session.commit(run.sequence(), run.end());
      }
    }
    return last;
  }

  /**
   * Evaluates the beginning that all texts have in common once, in the first place, and copies it
   * to the others. At least the last token of each text is left to evaluate.
   *
   * @param places of the session, all empty
   */
  public static void share(Session session, int[] places, List<Continuation> texts, int chunk) {
    int[] first = texts.getFirst().slice(0, texts.getFirst().length());
    int common = first.length - 1;
    for (Continuation text : texts) {
      int differs = Arrays.mismatch(first, text.slice(0, text.length()));
      common = Math.min(common, Math.min(text.length() - 1, differs < 0 ? common : differs));
    }
    if (places.length < 2 || common < 1) {
      return;
    }
    for (int from = 0; from < common; from += chunk) {
      int to = Math.min(common, from + chunk);
      int[] tokens = Arrays.copyOfRange(first, from, to);
      session.forward(List.of(new Run(places[0], tokens, from, Attention.CAUSAL, Run.none())));
      session.commit(places[0], to);
    }
    for (int i = 1; i < places.length; i++) {
      session.copy(places[0], places[i], common);
    }
  }

  /** The next positions of a text, at most a chunk. */
  static Run run(Session session, int place, Continuation text, int chunk, Reader reader) {
    int from = session.length(place);
    int to = Math.min(text.length(), from + chunk);
    int[] wanted = reader.rows(to - from, to == text.length());
    return new Run(place, text.slice(from, to), from, Attention.CAUSAL, wanted);
  }

  private static int rounds(Session session, int place, Continuation text, int chunk) {
    return Math.ceilDiv(text.length() - session.length(place), chunk);
  }
}
