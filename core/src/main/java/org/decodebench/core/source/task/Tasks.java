package org.decodebench.core.source.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decodebench.core.UsageException;

/**
 * The tasks by name, with their settings and defaults.
 *
 * <pre>
 * copy:n=4,items=6          a list, then the same list
 * replace:n=4,items=6       a list and a new item; the list with any one item replaced by it
 * shuffle:n=4,items=6       a list, then the list in any order
 * latin:n=4                 a Latin square, no question
 * sudoku:shown=0.5          a 4 x 4 Sudoku with cells open by chance, then its solution
 * addition:digits=2         two numbers, then their sum, most significant digit first
 * countdown                 three numbers and a target, then an expression that makes it
 * reversal:pairs=16,test=0  facts forwards, half of them backwards too; test=1: those never seen
 * infill:fim=1              a walk with its middle missing: both sides, then the middle; with fim=0
 *                           in reading order, the middle between its sides
 * stargraph:arms=2,steps=2  a star's edges, its centre and a goal, then the path
 * </pre>
 *
 * copy, replace and shuffle are those of ParallelBench (2510.04767): committed in one step from
 * exact conditionals they come out right with probability 1, (1 − 1/n)^(n−1) and n!/n^n.
 */
public final class Tasks {
  private static final Map<String, Map<String, Double>> DEFAULTS =
      new TreeMap<>(
          Map.of(
              "copy", Map.of("n", 4.0, "items", 6.0),
              "replace", Map.of("n", 4.0, "items", 6.0),
              "shuffle", Map.of("n", 4.0, "items", 6.0),
              "latin", Map.of("n", 4.0),
              "sudoku", Map.of("shown", 0.5),
              "addition", Map.of("digits", 2.0),
              "countdown", Map.of(),
              "infill", Map.of("fim", 1.0),
              "reversal", Map.of("pairs", 16.0, "test", 0.0),
              "stargraph", Map.of("arms", 2.0, "steps", 2.0)));

  private Tasks() {}

  public static List<String> names() {
    return List.copyOf(DEFAULTS.keySet());
  }

  /** Settings and their defaults of a task. */
  public static Map<String, Double> defaults(String task) {
    return DEFAULTS.get(task);
  }

  /**
   * @param spec as the user wrote it
   * @param task one of {@link #names}
   * @param settings all of them
   * @throws UsageException for a value out of range
   */
  public static TableSource make(String spec, String task, Map<String, Double> settings) {
    Values s = new Values(spec, settings);
    return switch (task) {
      case "copy" -> Lists.copy(spec, s.whole("n", 1, 6), s.whole("items", 2, 8));
      case "replace" -> Lists.replace(spec, s.whole("n", 1, 6), s.whole("items", 2, 8));
      case "shuffle" -> Lists.shuffle(spec, s.whole("n", 1, 6), s.whole("items", 2, 8));
      case "latin" -> Squares.latin(spec, s.whole("n", 2, 4));
      case "sudoku" -> Squares.sudoku(spec, s.share("shown"));
      case "addition" -> Sums.addition(spec, s.whole("digits", 1, 2));
      case "countdown" -> Sums.countdown(spec);
      case "infill" -> Facts.infill(spec, s.whole("fim", 0, 1) == 1);
      case "reversal" -> Facts.reversal(spec, s.whole("pairs", 2, 256), s.whole("test", 0, 1) == 1);
      case "stargraph" -> Facts.star(spec, s.whole("arms", 2, 3), s.whole("steps", 1, 3));
      default -> throw new IllegalArgumentException(task);
    };
  }

  /** Settings with their checks. */
  private record Values(String spec, Map<String, Double> values) {
    int whole(String key, int min, int max) {
      double value = values.get(key);
      if (!(value >= min && value <= max && value == Math.rint(value))) {
        throw new UsageException(
            "source %s: %s must be a whole number from %d to %d".formatted(spec, key, min, max));
      }
      return (int) value;
    }

    double share(String key) {
      double value = values.get(key);
      if (!(value > 0 && value < 1)) {
        throw new UsageException("source %s: %s must be between 0 and 1".formatted(spec, key));
      }
      return value;
    }
  }

  /** All texts shown as they are. */
  static double[] all(int length) {
    double[] shown = new double[length];
    Arrays.fill(shown, 1);
    return shown;
  }

  /** Letters a, b, c, … */
  static List<String> letters(int n) {
    List<String> letters = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      letters.add(String.valueOf((char) ('a' + i)));
    }
    return letters;
  }

  /** Every ordered choice of {@code n} of the numbers 0…of-1. */
  static List<int[]> arrangements(int n, int of) {
    List<int[]> out = new ArrayList<>();
    arrange(new int[n], 0, of, 0, out);
    return out;
  }

  private static void arrange(int[] chosen, int at, int of, long used, List<int[]> out) {
    if (at == chosen.length) {
      out.add(chosen.clone());
      return;
    }
    for (int i = 0; i < of; i++) {
      if ((used >> i & 1) == 0) {
        chosen[at] = i;
        arrange(chosen, at + 1, of, used | 1L << i, out);
      }
    }
  }
}
