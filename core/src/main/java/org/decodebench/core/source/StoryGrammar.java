package org.decodebench.core.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A story grammar as written, before it is compiled by {@link StoryCompiler}.
 *
 * <pre>
 * # comment
 * class NAME FEATURE…      then one entry a line: WORD VALUE…  (or  + OTHER  to include a class)
 * rule NAME                then one alternative a line: WEIGHT BODY  (the first rule is the start)
 *
 * word            a literal token          (a | 2 b | )    choice, with weights (1 if not given)
 * [class]         one of a class           [slot=class]    the same, remembered
 * [slot=s.f]      one of the class that feature f of slot s names
 * {slot}          the remembered word      {slot.f}        its feature f
 * &lt;rule&gt;          a rule's text            &lt;slot.f&gt;        the rule that feature f of a slot names
 * </pre>
 */
final class StoryGrammar {

  /** Part of a rule's body. */
  sealed interface Part {}

  record Literal(String word) implements Part {}

  /** {@code slot} may be null; exactly one of {@code type} and {@code by} is not. */
  record Draw(String slot, String type, Feature by) implements Part {}

  record Recall(Feature feature) implements Part {}

  record Call(String rule) implements Part {}

  record CallBy(Feature feature) implements Part {}

  record Sequence(List<Part> parts) implements Part {}

  record Choice(List<Double> weights, List<Part> alternatives) implements Part {}

  /** Feature {@code name} of what a slot holds; the word itself is feature {@link #WORD}. */
  record Feature(String slot, String name) {}

  /** An entry of a class: its values by feature name. */
  record Entry(Map<String, String> values) {
    String word() {
      return values.get(WORD);
    }
  }

  static final String WORD = "word";

  final Map<String, List<Entry>> classes = new LinkedHashMap<>();
  final Map<String, Choice> rules = new LinkedHashMap<>();

  /** For each slot the entries that it may hold. */
  final Map<String, Set<Entry>> holds = new LinkedHashMap<>();

  static StoryGrammar parse(String text) {
    StoryGrammar grammar = new StoryGrammar();
    grammar.read(text.lines().toList());
    grammar.resolve();
    return grammar;
  }

  String start() {
    return rules.keySet().iterator().next();
  }

  /** Every word that a text may hold, sorted. */
  List<String> words() {
    Set<String> words = new TreeSet<>();
    forEachPart(part -> {
      switch (part) {
        case Literal literal -> words.add(literal.word());
        case Draw draw -> drawn(draw).forEach(e -> words.add(e.word()));
        case Recall recall -> words.addAll(values(recall.feature()));
        default -> {}
      }
    });
    return List.copyOf(words);
  }

  /** The values that a feature may have, in the order of the entries. */
  Set<String> values(Feature feature) {
    Set<String> values = new LinkedHashSet<>();
    for (Entry entry : holds.getOrDefault(feature.slot(), Set.of())) {
      values.add(value(entry, feature));
    }
    if (values.isEmpty()) {
      throw new IllegalArgumentException("slot '" + feature.slot() + "' is never filled");
    }
    return values;
  }

  static String value(Entry entry, Feature feature) {
    String value = entry.values().get(feature.name());
    if (value == null) {
      throw new IllegalArgumentException(
          "'%s' in slot '%s' has no feature '%s'"
              .formatted(entry.word(), feature.slot(), feature.name()));
    }
    return value;
  }

  List<Entry> type(String name) {
    List<Entry> entries = classes.get(name);
    if (entries == null) {
      throw new IllegalArgumentException("no class '" + name + "'");
    }
    return entries;
  }

  private List<Entry> drawn(Draw draw) {
    if (draw.by() == null) {
      return type(draw.type());
    }
    if (!holds.containsKey(draw.by().slot())) {
      return List.of();
    }
    return values(draw.by()).stream().flatMap(v -> type(v).stream()).toList();
  }

  /** Finds what the slots may hold: to a fixed point, since a class may depend on another slot. */
  private void resolve() {
    boolean[] grown = {true};
    while (grown[0]) {
      grown[0] = false;
      forEachPart(part -> {
        if (part instanceof Draw draw && draw.slot() != null) {
          grown[0] |=
              holds.computeIfAbsent(draw.slot(), s -> new LinkedHashSet<>()).addAll(drawn(draw));
        }
      });
    }
  }

  private void forEachPart(java.util.function.Consumer<Part> action) {
    Deque<Part> open = new ArrayDeque<>(rules.values());
    while (!open.isEmpty()) {
      Part part = open.pop();
      action.accept(part);
      switch (part) {
        case Sequence sequence -> open.addAll(sequence.parts());
        case Choice choice -> open.addAll(choice.alternatives());
        default -> {}
      }
    }
  }

  private void read(List<String> lines) {
    List<String> features = List.of();
    String type = null;
    String rule = null;
    for (int n = 0; n < lines.size(); n++) {
      String line = lines.get(n).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        List<String> fields = List.of(line.split("\\s+"));
        if (fields.getFirst().equals("class")) {
          type = fields.get(1);
          rule = null;
          features = fields.subList(2, fields.size());
          classes.put(type, new ArrayList<>());
        } else if (fields.getFirst().equals("rule")) {
          rule = fields.get(1);
          rules.put(rule, new Choice(new ArrayList<>(), new ArrayList<>()));
        } else if (rule != null) {
          addAlternative(rules.get(rule), new StoryBody(line).alternative());
        } else {
          addEntry(classes.get(type), features, fields);
        }
      } catch (RuntimeException e) {
        throw new IllegalArgumentException("story grammar, line " + (n + 1) + ": " + line, e);
      }
    }
  }

  private static void addAlternative(Choice choice, StoryBody.Weighted alternative) {
    choice.weights().add(alternative.weight());
    choice.alternatives().add(alternative.part());
  }

  private void addEntry(List<Entry> entries, List<String> features, List<String> fields) {
    if (fields.getFirst().equals("+")) {
      entries.addAll(type(fields.get(1)));
      return;
    }
    if (features.isEmpty()) {
      fields.forEach(word -> entries.add(new Entry(Map.of(WORD, word))));
      return;
    }
    if (fields.size() != features.size() + 1) {
      throw new IllegalArgumentException("needs a word and " + features);
    }
    Map<String, String> values = new LinkedHashMap<>();
    values.put(WORD, fields.getFirst());
    for (int i = 0; i < features.size(); i++) {
      values.put(features.get(i), fields.get(i + 1));
    }
    entries.add(new Entry(values));
  }
}
