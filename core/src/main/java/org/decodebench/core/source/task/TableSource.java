package org.decodebench.core.source.task;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * Texts of one length, drawn uniformly from a table of rows; then every position of the question
 * may be blanked by chance (the open cells of a Sudoku). The end token follows. All conditionals
 * are exact, by going through the rows.
 */
public final class TableSource implements AnyOrderSource {
  /** More rows make every answer of the oracle slow. */
  public static final int MOST_ROWS = 100_000;

  private final String name;
  private final WordTokenizer tokenizer;
  private final int[][] rows;
  private final double[] shown;
  private final int blank;
  private final int question;
  private final int after;

  /**
   * @param rows texts without begin and end token, all of one length, each once
   * @param question number of leading tokens that ask; a decoder is given these
   * @param shown probability of each position not to be blanked
   * @param blank the token of a blanked position; -1 where {@code shown} is 1 throughout
   * @throws UsageException if there are too many rows
   */
  TableSource(
      String name,
      WordTokenizer tokenizer,
      List<int[]> rows,
      int question,
      double[] shown,
      int blank) {
    this(name, tokenizer, rows, question, 0, shown, blank);
  }

  /**
   * @param after number of trailing tokens that are given too: the answer stands between
   */
  TableSource(
      String name,
      WordTokenizer tokenizer,
      List<int[]> rows,
      int question,
      int after,
      double[] shown,
      int blank) {
    if (rows.size() > MOST_ROWS) {
      throw new UsageException(
          "source %s has %d texts; at most %d, make it smaller"
              .formatted(name, rows.size(), MOST_ROWS));
    }
    this.name = name;
    this.tokenizer = tokenizer;
    this.rows = rows.toArray(int[][]::new);
    this.question = question;
    this.after = after;
    this.shown = shown;
    this.blank = blank;
    check();
  }

  /** What cannot be blanked must tell the rows apart, or their probabilities would be more work. */
  private void check() {
    Map<List<Integer>, Integer> seen = new HashMap<>();
    for (int[] row : rows) {
      List<Integer> certain =
          java.util.stream.IntStream.range(0, row.length)
              .filter(i -> shown[i] == 1)
              .mapToObj(i -> row[i])
              .toList();
      if (seen.put(certain, 0) != null) {
        throw new IllegalArgumentException(name + " has a row twice");
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public int vocabSize() {
    return tokenizer.vocabSize();
  }

  @Override
  public boolean hasEnd() {
    return true;
  }

  /** Number of leading tokens that ask. */
  public int question() {
    return question;
  }

  /** Number of tokens that follow the answer and are given; the end token does not count. */
  public int after() {
    return after;
  }

  /** Number of tokens of a text, the end token included. */
  public int length() {
    return shown.length + 1;
  }

  /** Probability that a row shows a token at a position. */
  private double emits(int[] row, int position, int token) {
    if (position >= row.length) {
      return token == WordTokenizer.END ? 1 : 0;
    }
    if (token == row[position]) {
      return shown[position];
    }
    return token == blank ? 1 - shown[position] : 0;
  }

  /** Probability, given the row, of what is observed. */
  private double weight(int[] row, int[] canvas, int from, int to) {
    double p = 1;
    for (int i = from; i < to && p > 0; i++) {
      p *= canvas[i] == UNKNOWN ? 1 : emits(row, i, canvas[i]);
    }
    return p;
  }

  @Override
  public void conditionals(int[] canvas, double[][] out) {
    for (double[] p : out) {
      Arrays.fill(p, 0);
    }
    double total = 0;
    for (int[] row : rows) {
      double weight = weight(row, canvas, 0, canvas.length);
      if (weight > 0) {
        total += weight;
        for (int i = 0; i < canvas.length; i++) {
          add(row, i, canvas[i], weight, out[i]);
        }
      }
    }
    for (double[] p : out) {
      for (int v = 0; v < p.length && total > 0; v++) {
        p[v] /= total;
      }
    }
  }

  private void add(int[] row, int position, int observed, double weight, double[] out) {
    if (observed != UNKNOWN) {
      out[observed] += weight;
    } else if (position >= row.length) {
      out[WordTokenizer.END] += weight;
    } else {
      out[row[position]] += weight * shown[position];
      if (shown[position] < 1) {
        out[blank] += weight * (1 - shown[position]);
      }
    }
  }

  @Override
  public void next(int[] tokens, int length, double[] out) {
    Arrays.fill(out, 0);
    double total = 0;
    for (int[] row : rows) {
      double weight = weight(row, tokens, 0, length);
      if (weight > 0) {
        total += weight;
        add(row, length, UNKNOWN, weight, out);
      }
    }
    for (int v = 0; v < out.length && total > 0; v++) {
      out[v] /= total;
    }
  }

  @Override
  public double logProbability(int[] tokens, int from, int to) {
    double before = 0;
    double after = 0;
    for (int[] row : rows) {
      double prefix = weight(row, tokens, 0, from);
      before += prefix;
      after += prefix == 0 ? 0 : prefix * weight(row, tokens, from, to);
    }
    return after == 0 ? Double.NEGATIVE_INFINITY : Math.log(after / before);
  }

  @Override
  public int[] sample(RandomStream random, int maxLength) {
    int[] row = rows[(int) (random.uniform(0, 0) * rows.length)];
    int[] text = Arrays.copyOf(row, row.length + 1);
    for (int i = 0; i < row.length; i++) {
      if (random.uniform(i + 1L, 0) >= shown[i]) {
        text[i] = blank;
      }
    }
    text[row.length] = WordTokenizer.END;
    return text.length <= maxLength ? text : Arrays.copyOf(text, maxLength);
  }

  @Override
  public double entropyRate() {
    double nats = Math.log(rows.length);
    for (double p : shown) {
      nats -= p < 1 && p > 0 ? p * Math.log(p) + (1 - p) * Math.log(1 - p) : 0;
    }
    return nats / length();
  }
}
