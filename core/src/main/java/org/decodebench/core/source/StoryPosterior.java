package org.decodebench.core.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * Exact marginals of every position of a canvas given the observed ones, by forward and backward
 * passes over the states of a story program: the emitting node and, for every slot that is still
 * read, the class of what it holds. Entries that the canvas cannot tell apart are one class and
 * equally likely within it, so the states stay few although the texts are beyond counting.
 */
final class StoryPosterior {
  private final StoryLattice lattice;
  private final int[] canvas;
  private final BitSet[] possible;

  /** Per slot: class of each entry, entries of each class. */
  private final List<Map<Integer, Integer>> classes = new ArrayList<>();

  private final List<List<int[]>> members = new ArrayList<>();
  private final long[] radix;
  private final Level[] levels;

  /** The states of a position: what may stand there, and how likely that is before and after. */
  private static final class Level {
    private final Map<Long, Integer> indices = new HashMap<>();
    private final List<StoryNode> nodes = new ArrayList<>();
    private final List<int[]> held = new ArrayList<>();
    private double[] before = new double[64];
    private double[] after;

    void add(long key, StoryNode node, int[] slots, double p) {
      Integer at = indices.get(key);
      if (at == null) {
        at = nodes.size();
        indices.put(key, at);
        nodes.add(node);
        held.add(slots.clone());
        if (at == before.length) {
          before = Arrays.copyOf(before, 2 * at);
        }
      }
      before[at] += p;
    }
  }

  StoryPosterior(StoryLattice lattice, int[] canvas) {
    this.lattice = lattice;
    this.canvas = canvas;
    possible = lattice.possible(canvas);
    radix = new long[lattice.slots().length];
    levels = new Level[canvas.length];
    for (int slot = 0; slot < lattice.slots().length; slot++) {
      part(slot);
    }
  }

  private void part(int slot) {
    StoryLattice.Slot fixed = lattice.slots()[slot];
    List<BitSet> shown = new ArrayList<>();
    for (int form = 0; form <= fixed.copies().size(); form++) {
      shown.add(new BitSet());
    }
    for (int i = 0; i < canvas.length; i++) {
      if (canvas[i] != AnyOrderSource.UNKNOWN) {
        int token = canvas[i];
        possible[i].stream()
            .mapToObj(n -> lattice.nodes().get(n))
            .forEach(node -> {
              if (node instanceof StoryNode.Copy copy && copy.slot() == slot) {
                shown.get(lattice.form(copy)).set(token);
              } else if (node instanceof StoryNode.Pick pick && pick.slot() == slot) {
                shown.getLast().set(token);
              }
            });
      }
    }
    Map<Integer, Integer> parts = StoryLattice.classes(fixed, shown);
    int count = parts.values().stream().mapToInt(c -> c + 1).max().orElse(0);
    List<int[]> entries = new ArrayList<>();
    for (int c = 0; c < count; c++) {
      int part = c;
      entries.add(
          parts.keySet().stream()
              .filter(e -> parts.get(e) == part)
              .mapToInt(Integer::intValue)
              .toArray());
    }
    classes.add(parts);
    members.add(entries);
    radix[slot] = count + 1L;
  }

  /**
   * @param out as {@link AnyOrderSource#conditionals} says
   */
  void marginals(double[][] out) {
    for (double[] row : out) {
      Arrays.fill(row, 0);
    }
    int[] slots = new int[radix.length];
    Arrays.fill(slots, -1);
    Arrays.setAll(levels, i -> new Level());
    if (canvas.length > 0) {
      spread(lattice.start(), slots, 1, 0);
    }
    for (int i = 0; i + 1 < levels.length; i++) {
      forward(i);
    }
    double all = 0;
    for (int i = levels.length - 1; i >= 0; i--) {
      all = backward(i, out[i]);
    }
    for (int i = 0; i < out.length; i++) {
      for (int v = 0; v < out[i].length; v++) {
        out[i][v] = all > 0 ? out[i][v] / all : 0;
      }
    }
  }

  /** What a pick at an unknown position may fill its slot with, by class. */
  private int[] choices(StoryNode.Pick pick) {
    return Arrays.stream(pick.entries()).map(classes.get(pick.slot())::get).distinct().toArray();
  }

  /** Entries of a class; a pick offers all of them or none. */
  private int[] entries(int slot, int part) {
    return members.get(slot).get(part);
  }

  private void forward(int i) {
    Level level = levels[i];
    for (int s = 0; s < level.nodes.size(); s++) {
      StoryNode node = level.nodes.get(s);
      int[] slots = level.held.get(s);
      double p = level.before[s];
      if (node instanceof StoryNode.Pick pick && pick.slot() >= 0) {
        for (int part : offered(pick, i)) {
          int held = slots[pick.slot()];
          slots[pick.slot()] = part;
          spread(pick.next(), slots, p * chance(pick, part, i), i + 1);
          slots[pick.slot()] = held;
        }
      } else {
        double here = emits(node, slots, canvas[i]);
        if (here > 0) {
          spread(StoryLattice.next(node), slots, p * here, i + 1);
        }
      }
    }
  }

  private int[] offered(StoryNode.Pick pick, int i) {
    if (canvas[i] == AnyOrderSource.UNKNOWN) {
      return choices(pick);
    }
    int entry = pick.entryOfToken()[canvas[i]];
    return entry < 0 ? new int[0] : new int[] {classes.get(pick.slot()).get(entry)};
  }

  private double chance(StoryNode.Pick pick, int part, int i) {
    int count = canvas[i] == AnyOrderSource.UNKNOWN ? entries(pick.slot(), part).length : 1;
    return (double) count / pick.entries().length;
  }

  /** Probability that a node other than one that fills a slot gives what is observed. */
  private double emits(StoryNode node, int[] slots, int token) {
    if (token == AnyOrderSource.UNKNOWN) {
      return 1;
    }
    return switch (node) {
      case StoryNode.Word word -> word.token() == token ? 1 : 0;
      case StoryNode.Copy copy ->
          copy.tokens()[entries(copy.slot(), slots[copy.slot()])[0]] == token ? 1 : 0;
      case StoryNode.Pick pick -> pick.entryOfToken()[token] >= 0 ? 1.0 / pick.entries().length : 0;
      default -> token == WordTokenizer.END ? 1 : 0;
    };
  }

  /** Walks through forks and switches to the nodes that emit at {@code position}. */
  private void spread(StoryNode node, int[] slots, double p, int position) {
    switch (node) {
      case StoryNode.Fork fork -> {
        for (int b = 0; b < fork.branches().length; b++) {
          spread(fork.branches()[b], slots, p * fork.probability()[b], position);
        }
      }
      case StoryNode.Switch way -> spread(branch(way, slots), slots, p, position);
      default -> {
        if (possible[position].get(lattice.index(node))) {
          levels[position].add(key(node, slots), node, slots, p);
        }
      }
    }
  }

  private StoryNode branch(StoryNode.Switch way, int[] slots) {
    return way.branches()[way.valueOfEntry()[entries(way.slot(), slots[way.slot()])[0]]];
  }

  /** States that differ in slots which are not read any more are one. */
  private long key(StoryNode node, int[] slots) {
    long live = lattice.live(node);
    long key = lattice.index(node);
    for (int slot = 0; slot < slots.length; slot++) {
      key = key * radix[slot] + ((live >> slot & 1) == 1 ? slots[slot] + 1 : 0);
    }
    return key;
  }

  /**
   * Fills in what comes after the states of a position, and its marginals, not yet normalised.
   *
   * @return probability of all that is observed, if this is the first position
   */
  private double backward(int i, double[] out) {
    Level level = levels[i];
    level.after = new double[level.nodes.size()];
    double all = 0;
    for (int s = 0; s < level.after.length; s++) {
      StoryNode node = level.nodes.get(s);
      int[] slots = level.held.get(s);
      if (node instanceof StoryNode.Pick pick && pick.slot() >= 0) {
        for (int part : offered(pick, i)) {
          int held = slots[pick.slot()];
          slots[pick.slot()] = part;
          double p = chance(pick, part, i) * follow(pick.next(), slots, i + 1);
          slots[pick.slot()] = held;
          level.after[s] += p;
          filled(pick, part, level.before[s] * p, i, out);
        }
      } else {
        double here = emits(node, slots, canvas[i]);
        level.after[s] = here == 0 ? 0 : here * follow(StoryLattice.next(node), slots, i + 1);
        shown(node, slots, level.before[s] * level.after[s], i, out);
      }
      all += level.before[s] * level.after[s];
    }
    return all;
  }

  /** Probability of what is observed from {@code position} on. */
  private double follow(StoryNode node, int[] slots, int position) {
    if (position == levels.length) {
      return 1;
    }
    return switch (node) {
      case StoryNode.Fork fork -> {
        double sum = 0;
        for (int b = 0; b < fork.branches().length; b++) {
          sum += fork.probability()[b] * follow(fork.branches()[b], slots, position);
        }
        yield sum;
      }
      case StoryNode.Switch way -> follow(branch(way, slots), slots, position);
      default -> {
        Integer at =
            possible[position].get(lattice.index(node))
                ? levels[position].indices.get(key(node, slots))
                : null;
        yield at == null ? 0 : levels[position].after[at];
      }
    };
  }

  private void filled(StoryNode.Pick pick, int part, double p, int i, double[] out) {
    if (canvas[i] != AnyOrderSource.UNKNOWN) {
      out[canvas[i]] += p;
      return;
    }
    int[] entries = entries(pick.slot(), part);
    for (int k = 0; k < pick.entries().length; k++) {
      if (classes.get(pick.slot()).get(pick.entries()[k]) == part) {
        out[pick.tokens()[k]] += p / entries.length;
      }
    }
  }

  private void shown(StoryNode node, int[] slots, double p, int i, double[] out) {
    if (canvas[i] != AnyOrderSource.UNKNOWN) {
      out[canvas[i]] += p;
      return;
    }
    switch (node) {
      case StoryNode.Word word -> out[word.token()] += p;
      case StoryNode.Copy copy -> {
        int[] entries = entries(copy.slot(), slots[copy.slot()]);
        for (int entry : entries) {
          out[copy.tokens()[entry]] += p / entries.length;
        }
      }
      case StoryNode.Pick pick -> {
        for (int token : pick.tokens()) {
          out[token] += p / pick.tokens().length;
        }
      }
      default -> out[WordTokenizer.END] += p;
    }
  }
}
