package org.decodebench.core.source.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.WordTokenizer;

/** Tasks on lists of distinct items. */
final class Lists {
  private Lists() {}

  static TableSource copy(String spec, int n, int items) {
    check(spec, n, items);
    Words words = new Words(items);
    List<int[]> rows = new ArrayList<>();
    for (int[] list : Tasks.arrangements(n, items)) {
      rows.add(words.text(list, new int[0], list));
    }
    return words.source(spec, rows, n + 1);
  }

  static TableSource replace(String spec, int n, int items) {
    check(spec, n + 1, items);
    Words words = new Words(items);
    List<int[]> rows = new ArrayList<>();
    for (int[] chosen : Tasks.arrangements(n + 1, items)) {
      int[] list = Arrays.copyOf(chosen, n);
      for (int at = 0; at < n; at++) {
        int[] answer = list.clone();
        answer[at] = chosen[n];
        rows.add(words.text(list, new int[] {chosen[n]}, answer));
      }
    }
    return words.source(spec, rows, n + 3);
  }

  static TableSource shuffle(String spec, int n, int items) {
    check(spec, n, items);
    Words words = new Words(items);
    List<int[]> orders = Tasks.arrangements(n, n);
    List<int[]> rows = new ArrayList<>();
    for (int[] list : Tasks.arrangements(n, items)) {
      for (int[] order : orders) {
        rows.add(words.text(list, new int[0], IntStream.of(order).map(i -> list[i]).toArray()));
      }
    }
    return words.source(spec, rows, n + 1);
  }

  private static void check(String spec, int needed, int items) {
    if (needed > items) {
      throw new UsageException(
          "source %s: needs %d different items, has items=%d".formatted(spec, needed, items));
    }
  }

  /** The items' letters, {@code =} before the answer and {@code +} before a new item. */
  private record Words(WordTokenizer tokenizer) {
    Words(int items) {
      this(
          new WordTokenizer(
              Stream.concat(Tasks.letters(items).stream(), Stream.of("=", "+")).toList()));
    }

    int[] text(int[] list, int[] added, int[] answer) {
      IntStream plus = added.length == 0 ? IntStream.empty() : IntStream.of(tokenizer.id("+"));
      IntStream equals = IntStream.of(tokenizer.id("="));
      return Stream.of(items(list), plus, items(added), equals, items(answer))
          .flatMapToInt(part -> part)
          .toArray();
    }

    private static IntStream items(int[] items) {
      return IntStream.of(items).map(i -> i + WordTokenizer.SPECIALS);
    }

    TableSource source(String spec, List<int[]> rows, int question) {
      double[] shown = Tasks.all(rows.getFirst().length);
      return new TableSource(spec, tokenizer, rows, question, shown, -1);
    }
  }
}
