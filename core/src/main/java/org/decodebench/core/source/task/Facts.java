package org.decodebench.core.source.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decodebench.core.tokenizer.WordTokenizer;

/** Facts to be read in both directions, and paths to be found from their end. */
final class Facts {
  /** Places on the ring of walks, tokens of a walk, of its left side and of its middle. */
  private static final int RING = 7;

  private static final int WALK = 9;
  private static final int SIDE = 3;
  private static final int SPAN = 3;

  private Facts() {}

  /**
   * "of a3 is b3" for all pairs, "to b3 is a3" for the even ones only. With {@code test}, the odd
   * ones' backward form, which training never shows. (The pairing itself carries no pattern: names
   * are tokens.)
   */
  static TableSource reversal(String spec, int pairs, boolean test) {
    List<String> names = new ArrayList<>(List.of("of", "to", "is"));
    for (String side : List.of("a", "b")) {
      IntStream.range(0, pairs).forEach(i -> names.add(side + i));
    }
    WordTokenizer tokenizer = new WordTokenizer(names);
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      int a = tokenizer.id("a" + i);
      int b = tokenizer.id("b" + i);
      int is = tokenizer.id("is");
      if (!test) {
        rows.add(new int[] {tokenizer.id("of"), a, is, b});
      }
      if (test == (i % 2 == 1)) {
        rows.add(new int[] {tokenizer.id("to"), b, is, a});
      }
    }
    return new TableSource(spec, tokenizer, rows, 3, Tasks.all(4), -1);
  }

  /**
   * Walks on a ring of seven places, each step one or three further, of which the middle three
   * places are asked for: of four steps between two places it is settled how many are long, not
   * which. With {@code fim} the sides come first and the middle last (fill-in-the-middle,
   * 2207.14255), which gives a left-to-right model its fair chance; without, the text is in reading
   * order and only a decoder that sees both sides knows enough.
   */
  static TableSource infill(String spec, boolean fim) {
    List<String> words = Stream.concat(Tasks.letters(RING).stream(), Stream.of("_", "=")).toList();
    WordTokenizer tokenizer = new WordTokenizer(words);
    List<int[]> rows = new ArrayList<>();
    for (int start = 0; start < RING; start++) {
      for (int steps = 0; steps < 1 << (WALK - 1); steps++) {
        int[] walk = new int[WALK];
        int at = start;
        for (int i = 0; i < WALK; i++) {
          walk[i] = node(at);
          at = (at + ((steps >> i & 1) == 0 ? 1 : 3)) % RING;
        }
        rows.add(fim ? sidesFirst(walk, tokenizer) : walk);
      }
    }
    double[] shown = Tasks.all(rows.getFirst().length);
    return fim
        ? new TableSource(spec, tokenizer, rows, WALK - SPAN + 2, shown, -1)
        : new TableSource(spec, tokenizer, rows, SIDE, WALK - SPAN - SIDE, shown, -1);
  }

  private static int[] sidesFirst(int[] walk, WordTokenizer tokenizer) {
    IntStream left = IntStream.of(walk).limit(SIDE);
    IntStream middle = IntStream.of(walk).skip(SIDE).limit(SPAN);
    IntStream right = IntStream.of(walk).skip(SIDE + SPAN);
    return Stream.of(
            left, IntStream.of(tokenizer.id("_")), right, IntStream.of(tokenizer.id("=")), middle)
        .flatMapToInt(part -> part)
        .toArray();
  }

  /**
   * A star: arms from one centre, nodes named at random. The edges in ascending order of their
   * first node, then the centre and the end of one arm; the path between them, both included
   * (Bachmann and Nagarajan, 2403.06963; 2602.19980). From left to right the first step is a guess
   * unless the whole path is planned; backwards every step is forced.
   */
  static TableSource star(String spec, int arms, int steps) {
    int nodes = 1 + arms * steps;
    List<String> words = Stream.concat(Tasks.letters(nodes).stream(), Stream.of("?", "=")).toList();
    WordTokenizer tokenizer = new WordTokenizer(words);
    List<int[]> rows = new ArrayList<>();
    for (int[] names : Tasks.arrangements(nodes, nodes)) {
      if (!canonical(names, arms, steps)) {
        continue;
      }
      for (int goal = 0; goal < arms; goal++) {
        rows.add(row(tokenizer, names, arms, steps, goal));
      }
    }
    int question = 2 * arms * steps + 4;
    double[] shown = Tasks.all(rows.getFirst().length);
    return new TableSource(spec, tokenizer, rows, question, shown, -1);
  }

  /** One naming of those that differ only in the order of the arms. */
  private static boolean canonical(int[] names, int arms, int steps) {
    for (int arm = 1; arm < arms; arm++) {
      if (names[1 + arm * steps] < names[1 + (arm - 1) * steps]) {
        return false;
      }
    }
    return true;
  }

  private static int[] row(WordTokenizer tokenizer, int[] names, int arms, int steps, int goal) {
    List<int[]> edges = new ArrayList<>();
    for (int arm = 0; arm < arms; arm++) {
      for (int step = 0; step < steps; step++) {
        int from = step == 0 ? names[0] : names[arm * steps + step];
        edges.add(new int[] {from, names[1 + arm * steps + step]});
      }
    }
    edges.sort(Comparator.<int[]>comparingInt(e -> e[0]).thenComparingInt(e -> e[1]));
    IntStream.Builder row = IntStream.builder();
    edges.forEach(edge -> row.add(node(edge[0])).add(node(edge[1])));
    row.add(tokenizer.id("?")).add(node(names[0])).add(node(names[(goal + 1) * steps]));
    row.add(tokenizer.id("=")).add(node(names[0]));
    for (int step = 0; step < steps; step++) {
      row.add(node(names[1 + goal * steps + step]));
    }
    return row.build().toArray();
  }

  private static int node(int name) {
    return name + WordTokenizer.SPECIALS;
  }
}
