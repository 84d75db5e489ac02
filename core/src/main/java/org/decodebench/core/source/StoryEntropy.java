package org.decodebench.core.source;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Exact entropy and length of what a story program still emits from a state, by recursion.
 *
 * <p>What is to come depends on few of the slots, and only through the features that switches look
 * at. So each result is stored with the looks that it took, and serves every state that would give
 * the same looks: names and things that are merely repeated cost nothing.
 */
final class StoryEntropy {

  /**
   * From some node on, the end token included.
   *
   * @param nats entropy
   * @param tokens mean length
   * @param most greatest length
   */
  record ToGo(double nats, double tokens, int most) {}

  /** That a switch was asked and went this way. */
  private record Look(StoryNode.Switch way, int value) {}

  private record Known(ToGo toGo, List<Look> looks) {}

  private final Map<StoryNode, List<Known>> memory = new IdentityHashMap<>();
  private final int[] slots;

  private StoryEntropy(int slots) {
    this.slots = new int[slots];
  }

  static ToGo of(StoryProgram program) {
    return new StoryEntropy(program.slots()).from(program.start()).toGo();
  }

  private Known from(StoryNode node) {
    List<Known> known = memory.computeIfAbsent(node, n -> new ArrayList<>());
    for (Known k : known) {
      if (k.looks().stream().allMatch(look -> value(look.way()) == look.value())) {
        return k;
      }
    }
    List<Look> looks = new ArrayList<>();
    Known found = new Known(evaluate(node, looks), List.copyOf(looks));
    known.add(found);
    return found;
  }

  private ToGo evaluate(StoryNode node, List<Look> looks) {
    return switch (node) {
      case StoryNode.End _ -> new ToGo(0, 1, 1);
      case StoryNode.Word word -> after(1, 0, follow(word.next(), looks));
      case StoryNode.Copy copy -> after(1, 0, follow(copy.next(), looks));
      case StoryNode.Switch way -> {
        addLook(looks, new Look(way, value(way)));
        yield follow(way.branches()[value(way)], looks);
      }
      case StoryNode.Fork fork -> {
        ToGo sum = new ToGo(0, 0, 0);
        for (int b = 0; b < fork.branches().length; b++) {
          double p = fork.probability()[b];
          sum = mix(sum, p, after(0, -Math.log(p), follow(fork.branches()[b], looks)));
        }
        yield sum;
      }
      case StoryNode.Pick pick -> pick(pick, looks);
    };
  }

  private ToGo pick(StoryNode.Pick pick, List<Look> looks) {
    ToGo sum = new ToGo(0, 0, 0);
    int n = pick.entries().length;
    int before = pick.slot() < 0 ? -1 : slots[pick.slot()];
    List<Look> inside = new ArrayList<>();
    for (int entry : pick.entries()) {
      if (pick.slot() >= 0) {
        slots[pick.slot()] = entry;
      }
      sum = mix(sum, 1.0 / n, after(1, Math.log(n), follow(pick.next(), inside)));
    }
    if (pick.slot() >= 0) {
      slots[pick.slot()] = before;
    }
    // A look at the slot that is filled here says nothing about the state before.
    inside.stream()
        .filter(look -> look.way().slot() != pick.slot())
        .forEach(look -> addLook(looks, look));
    return sum;
  }

  private ToGo follow(StoryNode node, List<Look> looks) {
    Known known = from(node);
    known.looks().forEach(look -> addLook(looks, look));
    return known.toGo();
  }

  private static void addLook(List<Look> looks, Look look) {
    for (Look l : looks) {
      if (l.way() == look.way() && l.value() == look.value()) {
        return;
      }
    }
    looks.add(look);
  }

  private static ToGo after(int tokens, double nats, ToGo rest) {
    return new ToGo(rest.nats() + nats, rest.tokens() + tokens, rest.most() + tokens);
  }

  private static ToGo mix(ToGo sum, double p, ToGo part) {
    return new ToGo(
        sum.nats() + p * part.nats(),
        sum.tokens() + p * part.tokens(),
        Math.max(sum.most(), part.most()));
  }

  private int value(StoryNode.Switch way) {
    return way.valueOfEntry()[slots[way.slot()]];
  }
}
