package org.decodebench.ar.grammar;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.decodebench.ar.grammar.Grammar.Chars;
import org.decodebench.ar.grammar.Grammar.Element;
import org.decodebench.ar.grammar.Grammar.Ref;

/**
 * Where in a grammar a text may stand: what is still to come of the innermost rule, then of the
 * rule that called it, and so on. A set of positions is the state of a prediction; as one returns
 * from a rule's last element there is nothing to come back to, so repetitions do not deepen it.
 */
final class Position {
  /** Everything is written. */
  static final Position END = new Position(List.of(), 0, null);

  private final List<Element> sequence;
  private final int at;
  private final Position after;
  private final int hash;

  private Position(List<Element> sequence, int at, Position after) {
    this.sequence = sequence;
    this.at = at;
    this.after = after;
    hash = Objects.hash(System.identityHashCode(sequence), at, after);
  }

  /** All positions before the first character. */
  static Set<Position> start(Grammar grammar) {
    Set<Position> state = new HashSet<>();
    for (List<Element> alternative : grammar.alternatives(0)) {
      expand(grammar, alternative, 0, END, state);
    }
    return state;
  }

  /** Where one more character leads; empty if the grammar forbids it. */
  static Set<Position> advance(Grammar grammar, Set<Position> state, int character) {
    Set<Position> next = new HashSet<>();
    for (Position position : state) {
      if (!position.isEnd()
          && position.sequence.get(position.at) instanceof Chars chars
          && chars.matches(character)) {
        expand(grammar, position.sequence, position.at + 1, position.after, next);
      }
    }
    return next;
  }

  /** Adds the positions before a character that can be reached without writing one. */
  private static void expand(
      Grammar grammar, List<Element> sequence, int at, Position after, Set<Position> state) {
    if (at == sequence.size()) {
      if (after.isEnd()) {
        state.add(END);
      } else {
        expand(grammar, after.sequence, after.at, after.after, state);
      }
    } else if (sequence.get(at) instanceof Ref ref) {
      Position back = at + 1 == sequence.size() ? after : new Position(sequence, at + 1, after);
      for (List<Element> alternative : grammar.alternatives(ref.rule())) {
        expand(grammar, alternative, 0, back, state);
      }
    } else {
      state.add(new Position(sequence, at, after));
    }
  }

  private boolean isEnd() {
    return after == null;
  }

  /** The fewest characters to the end of the text. */
  int remaining(int[] least, Predicate<Chars> writable) {
    long sum = 0;
    for (Position position = this; !position.isEnd(); position = position.after) {
      sum += Grammar.minimum(position.sequence, position.at, least, writable);
    }
    return (int) Math.min(sum, Grammar.ENDLESS);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Position p
        && p.hash == hash
        && p.sequence == sequence
        && p.at == at
        && Objects.equals(p.after, after);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
