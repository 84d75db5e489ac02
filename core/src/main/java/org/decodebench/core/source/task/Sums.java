package org.decodebench.core.source.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decodebench.core.tokenizer.WordTokenizer;

/** Arithmetic on digits. */
final class Sums {
  private static final String OPERATORS = "+-*";

  private Sums() {}

  private static WordTokenizer tokenizer(String marks) {
    return new WordTokenizer(
        Stream.concat(
                IntStream.rangeClosed(0, 9).mapToObj(Integer::toString),
                marks.chars().mapToObj(c -> String.valueOf((char) c)))
            .toList());
  }

  private static int[] tokens(WordTokenizer tokenizer, String text) {
    return text.chars().map(c -> tokenizer.id(String.valueOf((char) c))).toArray();
  }

  static TableSource addition(String spec, int digits) {
    WordTokenizer tokenizer = tokenizer("+=");
    int end = (int) Math.pow(10, digits);
    String form = "%0" + digits + "d+%0" + digits + "d=%0" + (digits + 1) + "d";
    List<int[]> rows = new ArrayList<>();
    for (int a = 0; a < end; a++) {
      for (int b = 0; b < end; b++) {
        rows.add(tokens(tokenizer, form.formatted(a, b, a + b)));
      }
    }
    double[] shown = Tasks.all(rows.getFirst().length);
    return new TableSource(spec, tokenizer, rows, 2 * digits + 2, shown, -1);
  }

  /**
   * Three different digits in ascending order, a target of two digits; any order of the digits with
   * two operators, from left to right, that makes it.
   */
  static TableSource countdown(String spec) {
    WordTokenizer tokenizer = tokenizer(OPERATORS + "=>");
    List<int[]> rows = new ArrayList<>();
    for (int[] order : Tasks.arrangements(3, 9)) {
      int[] digits = Arrays.stream(order).map(d -> d + 1).toArray();
      for (char first : OPERATORS.toCharArray()) {
        for (char second : OPERATORS.toCharArray()) {
          int value = apply(apply(digits[0], first, digits[1]), second, digits[2]);
          if (value >= 0 && value < 100) {
            int[] sorted = digits.clone();
            Arrays.sort(sorted);
            String text =
                "%d%d%d>%02d=%d%c%d%c%d"
                    .formatted(
                        sorted[0], sorted[1], sorted[2], value, digits[0], first, digits[1], second,
                        digits[2]);
            rows.add(tokens(tokenizer, text));
          }
        }
      }
    }
    return new TableSource(spec, tokenizer, rows, 7, Tasks.all(12), -1);
  }

  private static int apply(int a, char operator, int b) {
    return switch (operator) {
      case '+' -> a + b;
      case '-' -> a - b;
      default -> a * b;
    };
  }
}
