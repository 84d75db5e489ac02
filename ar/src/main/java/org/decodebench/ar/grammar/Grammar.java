package org.decodebench.ar.grammar;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.decodebench.core.UsageException;

/**
 * A context-free grammar over characters (code points); rule 0 is the root. Not left-recursive: it
 * is read by predicting.
 */
public final class Grammar {
  /** More characters than any text has: a rule that never ends. */
  static final int ENDLESS = 1 << 28;

  private final String name;
  private final List<Rule> rules;

  /** A part of an alternative. */
  sealed interface Element {}

  /**
   * One character out of ranges.
   *
   * @param ranges pairs of first and last code point
   * @param negated all characters but these
   */
  record Chars(int[] ranges, boolean negated) implements Element {
    boolean matches(int c) {
      for (int i = 0; i < ranges.length; i += 2) {
        if (c >= ranges[i] && c <= ranges[i + 1]) {
          return !negated;
        }
      }
      return negated;
    }

    static Chars of(int c) {
      return new Chars(new int[] {c, c}, false);
    }
  }

  /** Another rule, by number. */
  record Ref(int rule) implements Element {}

  /**
   * @param alternatives each a sequence, possibly empty
   */
  record Rule(String name, List<List<Element>> alternatives) {}

  /**
   * @throws UsageException if a rule begins with itself
   */
  Grammar(String name, List<Rule> rules) {
    this.name = name;
    this.rules = List.copyOf(rules);
    for (int r = 0; r < rules.size(); r++) {
      checkLeft(r, r, new boolean[rules.size()]);
    }
    if (minimum(0, c -> true) >= ENDLESS) {
      throw new UsageException("%s: the root rule never comes to an end".formatted(name));
    }
  }

  String name() {
    return name;
  }

  List<List<Element>> alternatives(int rule) {
    return rules.get(rule).alternatives();
  }

  private void checkLeft(int origin, int rule, boolean[] seen) {
    if (seen[rule]) {
      return;
    }
    seen[rule] = true;
    for (List<Element> alternative : alternatives(rule)) {
      for (Element element : alternative) {
        if (!(element instanceof Ref ref)) {
          break;
        }
        if (ref.rule() == origin) {
          throw new UsageException(
              "%s: rule '%s' begins with itself (left recursion); write it as a repetition"
                  .formatted(name, rules.get(origin).name()));
        }
        checkLeft(origin, ref.rule(), seen);
        if (!nullable(ref.rule())) {
          break;
        }
      }
    }
  }

  private boolean nullable(int rule) {
    return minimum(rule, c -> true) == 0;
  }

  private int minimum(int rule, Predicate<Chars> writable) {
    return minima(writable)[rule];
  }

  /**
   * For each rule the fewest characters that it can be written with; {@link #ENDLESS} if it cannot.
   *
   * @param writable which character classes can be written at all
   */
  int[] minima(Predicate<Chars> writable) {
    int[] least = new int[rules.size()];
    Arrays.fill(least, ENDLESS);
    for (boolean changed = true; changed; ) {
      changed = false;
      for (int r = 0; r < least.length; r++) {
        int best = ENDLESS;
        for (List<Element> alternative : alternatives(r)) {
          best = Math.min(best, minimum(alternative, 0, least, writable));
        }
        changed |= best < least[r];
        least[r] = best;
      }
    }
    return least;
  }

  /** Of an alternative from one of its elements on. */
  static int minimum(List<Element> alternative, int from, int[] least, Predicate<Chars> writable) {
    long sum = 0;
    for (Element element : alternative.subList(from, alternative.size())) {
      sum +=
          switch (element) {
            case Chars chars -> writable.test(chars) ? 1 : ENDLESS;
            case Ref ref -> least[ref.rule()];
          };
    }
    return (int) Math.min(sum, ENDLESS);
  }
}
