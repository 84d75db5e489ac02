package org.decodebench.core.source;

import java.util.Arrays;
import org.decodebench.core.tokenizer.WordTokenizer;

/** The state of a story program after a prefix. Not thread-safe. */
final class StoryCursor {
  private final int[] slots;
  private StoryNode node;

  StoryCursor(StoryProgram program) {
    node = program.start();
    slots = new int[program.slots()];
    Arrays.fill(slots, -1);
  }

  /** Exact distribution of the next token; all zero after an impossible prefix. */
  void distribution(double[] out) {
    Arrays.fill(out, 0);
    if (node != null) {
      spread(node, 1, out);
    }
  }

  private void spread(StoryNode at, double mass, double[] out) {
    switch (at) {
      case StoryNode.Word word -> out[word.token()] += mass;
      case StoryNode.Copy copy -> out[copy.tokens()[slots[copy.slot()]]] += mass;
      case StoryNode.Pick pick -> {
        for (int token : pick.tokens()) {
          out[token] += mass / pick.tokens().length;
        }
      }
      case StoryNode.Fork fork -> {
        for (int b = 0; b < fork.branches().length; b++) {
          spread(fork.branches()[b], mass * fork.probability()[b], out);
        }
      }
      case StoryNode.Switch way -> spread(branch(way), mass, out);
      case StoryNode.End _ -> out[WordTokenizer.END] += mass;
    }
  }

  /** Probability of this token here; moves past it. After a zero every further token has zero. */
  double accept(int token) {
    double p = 1;
    while (node != null) {
      switch (node) {
        case StoryNode.Fork fork -> {
          int b = fork.branchOfToken()[token];
          p *= b < 0 ? 0 : fork.probability()[b];
          node = b < 0 ? null : fork.branches()[b];
        }
        case StoryNode.Switch way -> node = branch(way);
        case StoryNode.Word word -> {
          return move(token == word.token(), p, word.next());
        }
        case StoryNode.Copy copy -> {
          return move(token == copy.tokens()[slots[copy.slot()]], p, copy.next());
        }
        case StoryNode.Pick pick -> {
          int entry = pick.entryOfToken()[token];
          if (entry >= 0 && pick.slot() >= 0) {
            slots[pick.slot()] = entry;
          }
          return move(entry >= 0, p / pick.tokens().length, pick.next());
        }
        case StoryNode.End end -> {
          return move(token == WordTokenizer.END, p, end);
        }
      }
    }
    return 0;
  }

  private double move(boolean possible, double p, StoryNode next) {
    node = possible ? next : null;
    return possible ? p : 0;
  }

  private StoryNode branch(StoryNode.Switch way) {
    return way.branches()[way.valueOfEntry()[slots[way.slot()]]];
  }
}
