package org.decodebench.core.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * What is fixed about a story program when its conditionals are worked out in any order: the nodes
 * that emit a token, which may follow which, what each may emit, and which slots are still read
 * from there on. {@link StoryPosterior} does the work for one canvas.
 */
final class StoryLattice {
  private final StoryProgram program;
  private final List<StoryNode> nodes = new ArrayList<>();
  private final Map<StoryNode, Integer> indices = new IdentityHashMap<>();
  private final Map<StoryNode, Long> live = new IdentityHashMap<>();
  private final Map<StoryNode, BitSet> firsts = new IdentityHashMap<>();
  private final BitSet[] emits;
  private final BitSet[] followers;
  private final Slot[] slots;

  /**
   * What decides which entries of a slot a canvas can tell apart.
   *
   * @param entries that the slot may hold
   * @param picks that fill it
   * @param ways that depend on it
   * @param copies its forms as they are copied, {@code [entry]} to token
   */
  record Slot(
      Set<Integer> entries,
      List<StoryNode.Pick> picks,
      List<StoryNode.Switch> ways,
      List<int[]> copies) {
    private Slot() {
      this(new LinkedHashSet<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  StoryLattice(StoryProgram program) {
    this.program = program;
    slots = new Slot[program.slots()];
    Arrays.setAll(slots, i -> new Slot());
    collect();
    emits = new BitSet[nodes.size()];
    followers = new BitSet[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      emits[i] = tokens(nodes.get(i));
      followers[i] = first(next(nodes.get(i)));
    }
  }

  private void collect() {
    Set<StoryNode> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<StoryNode> open = new ArrayDeque<>(List.of(program.start()));
    while (!open.isEmpty()) {
      StoryNode node = open.pop();
      if (!seen.add(node)) {
        continue;
      }
      switch (node) {
        case StoryNode.Fork fork -> open.addAll(Arrays.asList(fork.branches()));
        case StoryNode.Switch way -> {
          slots[way.slot()].ways().add(way);
          open.addAll(Arrays.asList(way.branches()));
        }
        default -> {
          indices.put(node, nodes.size());
          nodes.add(node);
          note(node);
          if (next(node) != node) {
            open.add(next(node));
          }
        }
      }
    }
  }

  private void note(StoryNode node) {
    if (node instanceof StoryNode.Pick pick && pick.slot() >= 0) {
      slots[pick.slot()].picks().add(pick);
      Arrays.stream(pick.entries()).forEach(slots[pick.slot()].entries()::add);
    } else if (node instanceof StoryNode.Copy copy && form(copy) < 0) {
      slots[copy.slot()].copies().add(copy.tokens());
    }
  }

  /** Which of its slot's forms a node copies. */
  int form(StoryNode.Copy copy) {
    List<int[]> forms = slots[copy.slot()].copies();
    for (int i = 0; i < forms.size(); i++) {
      if (Arrays.equals(forms.get(i), copy.tokens())) {
        return i;
      }
    }
    return -1;
  }

  StoryNode start() {
    return program.start();
  }

  Slot[] slots() {
    return slots;
  }

  /** The emitting nodes. */
  List<StoryNode> nodes() {
    return nodes;
  }

  int index(StoryNode node) {
    return indices.get(node);
  }

  /** What follows an emitting node; the end follows itself. */
  static StoryNode next(StoryNode node) {
    return switch (node) {
      case StoryNode.Word word -> word.next();
      case StoryNode.Copy copy -> copy.next();
      case StoryNode.Pick pick -> pick.next();
      default -> node;
    };
  }

  /** All tokens that an emitting node may give, whatever the slots hold. */
  private static BitSet tokens(StoryNode node) {
    BitSet tokens = new BitSet();
    switch (node) {
      case StoryNode.Word word -> tokens.set(word.token());
      case StoryNode.Copy copy ->
          Arrays.stream(copy.tokens()).filter(t -> t >= 0).forEach(tokens::set);
      case StoryNode.Pick pick -> Arrays.stream(pick.tokens()).forEach(tokens::set);
      default -> tokens.set(WordTokenizer.END);
    }
    return tokens;
  }

  /** The emitting nodes at which a walk from here may stop first, whatever the slots hold. */
  private BitSet first(StoryNode node) {
    BitSet known = firsts.get(node);
    if (known != null) {
      return known;
    }
    BitSet first = new BitSet();
    switch (node) {
      case StoryNode.Fork fork -> Arrays.stream(fork.branches()).forEach(b -> first.or(first(b)));
      case StoryNode.Switch way -> Arrays.stream(way.branches()).forEach(b -> first.or(first(b)));
      default -> first.set(index(node));
    }
    firsts.put(node, first);
    return first;
  }

  /** The slots, as bits, that are read from here on before they are filled again. */
  long live(StoryNode node) {
    Long known = live.get(node);
    if (known != null) {
      return known;
    }
    long slotsRead =
        switch (node) {
          case StoryNode.End _ -> 0;
          case StoryNode.Word word -> live(word.next());
          case StoryNode.Copy copy -> live(copy.next()) | 1L << copy.slot();
          case StoryNode.Pick pick ->
              pick.slot() < 0 ? live(pick.next()) : live(pick.next()) & ~(1L << pick.slot());
          case StoryNode.Fork fork ->
              Arrays.stream(fork.branches()).mapToLong(this::live).reduce(0, (a, b) -> a | b);
          case StoryNode.Switch way ->
              Arrays.stream(way.branches())
                  .mapToLong(this::live)
                  .reduce(1L << way.slot(), (a, b) -> a | b);
        };
    live.put(node, slotsRead);
    return slotsRead;
  }

  /**
   * The emitting nodes that may stand at each position of a canvas, the slots not looked at: few
   * where much is observed.
   */
  BitSet[] possible(int[] canvas) {
    BitSet[] possible = new BitSet[canvas.length];
    BitSet here = first(program.start());
    for (int i = 0; i < canvas.length; i++) {
      possible[i] = new BitSet();
      BitSet after = new BitSet();
      for (int n = here.nextSetBit(0); n >= 0; n = here.nextSetBit(n + 1)) {
        if (canvas[i] == AnyOrderSource.UNKNOWN || emits[n].get(canvas[i])) {
          possible[i].set(n);
          after.or(followers[n]);
        }
      }
      here = after;
    }
    for (int i = canvas.length - 2; i >= 0; i--) {
      BitSet later = possible[i + 1];
      BitSet kept = new BitSet();
      possible[i].stream().filter(n -> followers[n].intersects(later)).forEach(kept::set);
      possible[i] = kept;
    }
    return possible;
  }

  /**
   * Parts a slot's entries into those that a canvas cannot tell apart: the same picks hold them,
   * switches send them the same way, and wherever the canvas shows a token that may be a form of
   * theirs, they have it alike.
   *
   * @param shown per form, the observed tokens that may be copies; and last, those that may be
   *     picks
   * @return class of each entry
   */
  static Map<Integer, Integer> classes(Slot slot, List<BitSet> shown) {
    Map<List<Integer>, Integer> known = new HashMap<>();
    Map<Integer, Integer> classes = new HashMap<>();
    for (int entry : slot.entries()) {
      List<Integer> signature = new ArrayList<>();
      for (StoryNode.Pick pick : slot.picks()) {
        int at = indexOf(pick.entries(), entry);
        signature.add(at < 0 ? 0 : 1);
        signature.add(at >= 0 && shown.getLast().get(pick.tokens()[at]) ? pick.tokens()[at] : -1);
      }
      slot.ways().forEach(way -> signature.add(way.valueOfEntry()[entry]));
      for (int form = 0; form < slot.copies().size(); form++) {
        int token = slot.copies().get(form)[entry];
        signature.add(token >= 0 && shown.get(form).get(token) ? token : -1);
      }
      classes.put(entry, known.computeIfAbsent(signature, s -> known.size()));
    }
    return classes;
  }

  private static int indexOf(int[] values, int value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    return -1;
  }
}
