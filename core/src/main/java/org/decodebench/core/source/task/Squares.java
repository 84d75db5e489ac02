package org.decodebench.core.source.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.decodebench.core.tokenizer.WordTokenizer;

/** Latin squares and 4 × 4 Sudoku: many right answers, or one, in no particular order. */
final class Squares {
  private Squares() {}

  static TableSource latin(String spec, int n) {
    WordTokenizer tokenizer = new WordTokenizer(digits(n));
    List<int[]> rows = squares(n, 0).stream().map(Squares::tokens).toList();
    return new TableSource(spec, tokenizer, rows, 0, Tasks.all(n * n), -1);
  }

  static TableSource sudoku(String spec, double share) {
    WordTokenizer tokenizer =
        new WordTokenizer(Stream.concat(digits(4).stream(), Stream.of("_", "=")).toList());
    List<int[]> rows = new ArrayList<>();
    for (int[] square : squares(4, 2)) {
      int[] cells = tokens(square);
      int[] row = Arrays.copyOf(cells, 33);
      row[16] = tokenizer.id("=");
      System.arraycopy(cells, 0, row, 17, 16);
      rows.add(row);
    }
    double[] shown = Tasks.all(33);
    Arrays.fill(shown, 0, 16, share);
    return new TableSource(spec, tokenizer, rows, 17, shown, tokenizer.id("_"));
  }

  private static List<String> digits(int n) {
    return java.util.stream.IntStream.rangeClosed(1, n).mapToObj(Integer::toString).toList();
  }

  private static int[] tokens(int[] square) {
    return Arrays.stream(square).map(v -> v + WordTokenizer.SPECIALS).toArray();
  }

  /**
   * All squares of order {@code n}, cells 0…n-1 row by row.
   *
   * @param box side of the boxes that must hold every symbol too; 0 for none
   */
  static List<int[]> squares(int n, int box) {
    List<int[]> out = new ArrayList<>();
    fill(new int[n * n], 0, n, box, out);
    return out;
  }

  private static void fill(int[] square, int cell, int n, int box, List<int[]> out) {
    if (cell == square.length) {
      out.add(square.clone());
      return;
    }
    for (int v = 0; v < n; v++) {
      square[cell] = v;
      if (fits(square, cell, n, box)) {
        fill(square, cell + 1, n, box, out);
      }
    }
  }

  private static boolean fits(int[] square, int cell, int n, int box) {
    int row = cell / n;
    int column = cell % n;
    for (int other = 0; other < cell; other++) {
      boolean sees =
          other / n == row
              || other % n == column
              || (box > 0 && other / n / box == row / box && other % n / box == column / box);
      if (sees && square[other] == square[cell]) {
        return false;
      }
    }
    return true;
  }
}
