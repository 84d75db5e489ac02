package org.decodebench.core.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.decodebench.core.source.StoryGrammar.Entry;
import org.decodebench.core.source.StoryGrammar.Feature;
import org.decodebench.core.source.StoryGrammar.Part;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * Compiles a grammar back to front: each part is given the node that follows it. Proves on the way
 * that the program is unifilar: the branches of a fork, and the words of a class, begin with
 * different tokens whatever the slots hold.
 */
final class StoryCompiler {
  private final StoryGrammar grammar;
  private final WordTokenizer tokenizer;
  private final List<String> slots;
  private final List<Entry> entries;

  private StoryCompiler(StoryGrammar grammar) {
    this.grammar = grammar;
    tokenizer = new WordTokenizer(grammar.words());
    slots = List.copyOf(grammar.holds.keySet());
    Set<Entry> all = new LinkedHashSet<>();
    grammar.classes.values().forEach(all::addAll);
    entries = List.copyOf(all);
  }

  static StoryProgram compile(String text) {
    StoryGrammar grammar = StoryGrammar.parse(text);
    StoryCompiler compiler = new StoryCompiler(grammar);
    StoryNode start =
        compiler.node(new StoryGrammar.Call(grammar.start()), new StoryNode.End(), Set.of());
    return new StoryProgram(start, compiler.slots.size(), compiler.tokenizer);
  }

  /**
   * @param calls rules that this part stands in, to refuse recursion
   */
  private StoryNode node(Part part, StoryNode next, Set<String> calls) {
    return switch (part) {
      case StoryGrammar.Literal literal -> new StoryNode.Word(token(literal.word()), next);
      case StoryGrammar.Sequence sequence -> {
        StoryNode node = next;
        for (Part p : sequence.parts().reversed()) {
          node = node(p, node, calls);
        }
        yield node;
      }
      case StoryGrammar.Choice choice -> fork(choice, next, calls);
      case StoryGrammar.Recall recall -> copy(recall.feature(), next);
      case StoryGrammar.Draw draw ->
          draw.by() == null
              ? pick(draw.slot(), grammar.type(draw.type()), next)
              : way(draw.by(), type -> pick(draw.slot(), grammar.type(type), next));
      case StoryGrammar.Call call -> rule(call.rule(), next, calls);
      case StoryGrammar.CallBy call -> way(call.feature(), name -> rule(name, next, calls));
    };
  }

  private StoryNode rule(String name, StoryNode next, Set<String> calls) {
    Part body = grammar.rules.get(name);
    Set<String> inside = new LinkedHashSet<>(calls);
    if (body == null || !inside.add(name)) {
      throw new IllegalArgumentException((body == null ? "no rule " : "recursive rule ") + name);
    }
    return node(body, next, inside);
  }

  private StoryNode fork(StoryGrammar.Choice choice, StoryNode next, Set<String> calls) {
    List<StoryNode> branches = new ArrayList<>();
    for (Part alternative : choice.alternatives()) {
      branches.add(node(alternative, next, calls));
    }
    if (branches.size() == 1) {
      return branches.getFirst();
    }
    double total = choice.weights().stream().mapToDouble(Double::doubleValue).sum();
    double[] probability = choice.weights().stream().mapToDouble(w -> w / total).toArray();
    int[] branchOfToken = new int[tokenizer.vocabSize()];
    Arrays.fill(branchOfToken, -1);
    for (int b = 0; b < branches.size(); b++) {
      int branch = b;
      first(branches.get(b)).stream()
          .forEach(token -> {
            if (branchOfToken[token] >= 0) {
              throw new IllegalArgumentException(
                  "two branches of a choice begin with '%s': %s"
                      .formatted(tokenizer.piece(token), choice));
            }
            branchOfToken[token] = branch;
          });
    }
    return new StoryNode.Fork(probability, branches.toArray(StoryNode[]::new), branchOfToken);
  }

  private StoryNode copy(Feature feature, StoryNode next) {
    int[] tokens = new int[entries.size()];
    Arrays.fill(tokens, -1);
    for (Entry entry : grammar.holds.getOrDefault(feature.slot(), Set.of())) {
      tokens[entries.indexOf(entry)] = token(StoryGrammar.value(entry, feature));
    }
    return new StoryNode.Copy(slot(feature), tokens, next);
  }

  private StoryNode pick(String slot, List<Entry> type, StoryNode next) {
    int[] entryOfToken = new int[tokenizer.vocabSize()];
    Arrays.fill(entryOfToken, -1);
    for (Entry entry : type) {
      if (entryOfToken[token(entry.word())] >= 0) {
        throw new IllegalArgumentException("'" + entry.word() + "' is twice in its class");
      }
      entryOfToken[token(entry.word())] = entries.indexOf(entry);
    }
    return new StoryNode.Pick(
        slot == null ? -1 : slots.indexOf(slot),
        type.stream().mapToInt(entries::indexOf).toArray(),
        type.stream().mapToInt(e -> token(e.word())).toArray(),
        entryOfToken,
        next);
  }

  private StoryNode way(Feature feature, Function<String, StoryNode> branch) {
    List<String> values = List.copyOf(grammar.values(feature));
    int[] valueOfEntry = new int[entries.size()];
    Arrays.fill(valueOfEntry, -1);
    for (Entry entry : grammar.holds.getOrDefault(feature.slot(), Set.of())) {
      valueOfEntry[entries.indexOf(entry)] = values.indexOf(StoryGrammar.value(entry, feature));
    }
    return new StoryNode.Switch(
        slot(feature), valueOfEntry, values.stream().map(branch).toArray(StoryNode[]::new));
  }

  /** The tokens that a text from here may begin with, whatever the slots hold. */
  private static BitSet first(StoryNode node) {
    BitSet tokens = new BitSet();
    switch (node) {
      case StoryNode.Word word -> tokens.set(word.token());
      case StoryNode.Copy copy ->
          Arrays.stream(copy.tokens()).filter(t -> t >= 0).forEach(tokens::set);
      case StoryNode.Pick pick -> Arrays.stream(pick.tokens()).forEach(tokens::set);
      case StoryNode.Fork fork -> Arrays.stream(fork.branches()).forEach(b -> tokens.or(first(b)));
      case StoryNode.Switch way -> Arrays.stream(way.branches()).forEach(b -> tokens.or(first(b)));
      case StoryNode.End _ -> tokens.set(WordTokenizer.END);
    }
    return tokens;
  }

  private int slot(Feature feature) {
    int slot = slots.indexOf(feature.slot());
    if (slot < 0) {
      throw new IllegalArgumentException("slot '" + feature.slot() + "' is never filled");
    }
    return slot;
  }

  private int token(String word) {
    return tokenizer.id(word);
  }
}
